#include "cli/notifier.h"

#include "base/file.h"
#include "base/text.h"
#include "cli/counted.h"
#include "cli/pushed_projects.h"
#include "cli/secrets.h"
#include "cli/server_client.h"
#include "run/notification_store.h"
#include "run/project_store.h"

namespace gt {

namespace {

/// Beyond what one try may take.
constexpr Duration tell_time_max = try_time_max + std::chrono::seconds(1);

Result<std::string> read_receivers_of(const std::string& root) {
  auto text = read_file(join_path(root, receivers_file), receivers_file_bytes_max);
  if (!text && text.error().code == Errc::not_found)
    return error(Errc::not_found, "the project has no {}", receivers_file);
  return text;
}

Result<bool> has_due(Records& records, Time now) {
  auto reader = TRY(records.database->begin_read());
  const auto next = TRY(NotificationStore().next_due(reader));
  return next && *next <= now;
}

}  // namespace

SendParts send_parts(Session& session, Records& records, const std::string& public_url) {
  SendParts parts;
  std::optional<std::string> secrets_file;
  if (const SettingValue* const set = session.settings().find(SettingId::secrets_file))
    secrets_file = set->text;
  parts.outgoing.secret = [variable = session.variable,
                           secrets_file](std::string_view name) -> Result<Secret> {
    const Secrets secrets = TRY(Secrets::open(variable, secrets_file));
    return secrets.find(name);
  };
  const SettingValue* const set = session.settings().find(SettingId::public_url);
  parts.outgoing.public_url = set == nullptr ? public_url : set->text;
  while (parts.outgoing.public_url.ends_with('/')) parts.outgoing.public_url.pop_back();
  if (const char* const file = session.variable(authorities_variable))
    parts.outgoing.ca_file = file;
  parts.receivers_text = [&records](const std::string& version) -> Result<std::string> {
    if (version.empty()) return read_receivers_of(records.project.root);
    std::string root;
    {
      auto reader = TRY(records.database->begin_read());
      const ProjectVersion found = TRY(ProjectStore().version(reader, std::string_view(version)));
      root = version_folder(records.home, found);
    }
    return read_receivers_of(root);
  };
  return parts;
}

void tell_receivers(Session& session, Records& records) {
  const auto due = has_due(records, session.clock.now());
  if (!due || !*due) return;
  NotificationSender sender({.database = *records.database,
                             .home = records.home,
                             .clock = session.clock,
                             .entropy = session.entropy,
                             .send = send_parts(session, records),
                             .say = [&](const std::string& line) { session.console.say(line); }});
  const auto left = sender.send_once(tell_time_max);
  if (!left)
    session.console.say("telling receivers: " + left.error().message);
  else if (*left > 0)
    session.console.say(fmt::format("{} not sent yet; `geartrain up`, or the next run, tries again",
                                    counted(*left, "notification")));
}

}  // namespace gt
