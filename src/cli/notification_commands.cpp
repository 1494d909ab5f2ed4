#include "base/text.h"
#include "cli/commands.h"
#include "cli/notification_choice.h"
#include "cli/records.h"
#include "cli/table.h"
#include "run/notification_store.h"
#include "view/notification_view.h"

namespace gt {

namespace {

const Example list_examples[] = {
    {"geartrain notification list", "what receivers were told, newest first"},
    {"geartrain notification list --state dead --json", "what was given up, for scripts"},
};
const Example show_examples[] = {
    {"geartrain notification show 12", "what came of the last try, and what is told"},
};

constexpr std::size_t shown_max = 50;
constexpr const char* shape_text =
    "{id, state, kind, receiver, project, run, message_id, tries, created_at, tried_at, next_at, "
    "answer, event}.";

Tone tone_of(NotificationState state) {
  switch (state) {
    case NotificationState::waiting:
      return Tone::plain;
    case NotificationState::sent:
      return Tone::good;
    case NotificationState::dead:
      return Tone::bad;
  }
  return Tone::plain;
}

std::string receiver_text(const NotificationRecord& one) {
  const std::string project = project_of(one.project_version);
  return project.empty() ? one.receiver : fmt::format("{}.{}", project, one.receiver);
}

Result<ExitCode> list(Session& session, Words words) {
  Options options(notification_list_command.text);
  std::optional<std::string> state;
  std::optional<std::int64_t> limit;
  OutputForm output;
  options.option("--state", "STATE", state, "Only those that are waiting, sent or dead.");
  options.option("--limit", "N", limit, 1, "At most so many; 50 without it.");
  options.output(output,
                 {.text = "a list of what `notification show --json` prints.", .names = "[].id"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  NotificationFilter filter{.limit = limit ? static_cast<std::size_t>(*limit) : shown_max};
  if (state) filter.state = TRY(state_named(*state));
  std::vector<NotificationRecord> listed;
  auto records = open_existing_records(session);
  if (!records && records.error().code != Errc::not_found) return std::move(records).error();
  if (records) {
    auto reader = TRY(records->database->begin_read());
    listed = TRY(NotificationStore().list(reader, filter));
  }
  if (!output.is_table()) {
    JsonList shapes;
    for (const NotificationRecord& one : listed) shapes.emplace_back(notification_json(one));
    session.console.print(output.text_of(std::move(shapes)));
    return ExitCode::ok;
  }
  Table table({"id", "receiver", "run", "event", "state", "tries", "since"});
  for (const NotificationRecord& one : listed)
    table.add({{std::to_string(one.id), Tone::strong},
               {receiver_text(one)},
               {event_text(one, "run")},
               {to_text(one.kind)},
               {to_text(one.state), tone_of(one.state)},
               {std::to_string(one.tries)},
               {format_time(one.created_at)}});
  if (table.empty())
    session.console.say("no notifications; `notify` of a pipeline says who is told of its runs");
  else
    session.console.print(table.text(session.console));
  return ExitCode::ok;
}

std::string shown_text(const NotificationRecord& one) {
  std::string text =
      fmt::format("notification {} for {}: {}\n", one.id, receiver_text(one), to_text(one.state));
  const auto fact = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<12} {}\n", name, printable(value));
  };
  fact("event", to_text(one.kind));
  fact("run", event_text(one, "run"));
  fact("task", event_text(one, "task"));
  fact("error", event_text(one, "error"));
  fact("written", format_time(one.created_at));
  fact("tries", std::to_string(one.tries));
  if (one.tried_at) fact("last try", format_time(*one.tried_at));
  if (one.next_at) fact("next try", format_time(*one.next_at));
  fact("answer", one.answer);
  fact("message id", one.message_id);
  return text;
}

Result<ExitCode> show(Session& session, Words words) {
  Options options(notification_show_command.text);
  std::optional<std::string> named;
  OutputForm output;
  options.argument("ID", named, Need::required, notification_help);
  options.output(output, {.text = shape_text, .names = "id"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const NotificationId id = TRY(notification_named(*named));
  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  const NotificationRecord found = TRY(NotificationStore().get(reader, id));
  session.console.print(output.is_table() ? shown_text(found)
                                          : output.text_of(notification_json(found)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand notification_list_command = {
    {"notification list", "list what receivers were told of runs, newest first",
     "A notification is `waiting` until its receiver takes it, then `sent`; after a day of tries "
     "it is `dead`.",
     list_examples},
    false,
    list};

const CliCommand notification_show_command = {
    {"notification show", "show a notification and what came of it",
     "The answer of the last try is that of the receiver, or says why it could not be asked.",
     show_examples},
    false,
    show};

}  // namespace gt
