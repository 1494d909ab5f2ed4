#include "cli/server_desk.h"

#include "base/text.h"
#include "cli/resident.h"
#include "cli/secrets.h"
#include "engine/ask_driver.h"
#include "run/run_pauses.h"

namespace gt {

namespace {

/// An engine that is stopped must not hold a thread of the server for ever.
constexpr Duration answer_wait_max = std::chrono::seconds(10);

}  // namespace

void ServerDesk::set_pipelines(PublishedPipelines pipelines) {
  auto shared = std::make_shared<const PublishedPipelines>(std::move(pipelines));
  const std::lock_guard lock(mutex_);
  pipelines_.swap(shared);
}

void ServerDesk::close() {
  is_ending_ = true;
  inbox_.close();
}

std::shared_ptr<const PublishedPipelines> ServerDesk::pipelines() const {
  const std::lock_guard lock(mutex_);
  return pipelines_;
}

Result<RunRecord> ServerDesk::look(RunId run) {
  auto reader = TRY(records_.database->begin_read());
  return records_.runs.get(reader, run);
}

Result<BegunRun> ServerDesk::begin(AskedRun asked) {
  return inbox_.ask_for<BegunRun>(
      [this, asked = std::move(asked)](Inbox::Reply<BegunRun> reply) mutable {
        asked_.push_back(std::move(asked));
        replies_.push_back(std::move(reply));
      });
}

void ServerDesk::work_off() {
  inbox_.work_off();
  if (asked_.empty()) return;
  const std::vector<AskedRun> asked = std::exchange(asked_, {});
  const std::vector<Inbox::Reply<BegunRun>> replies = std::exchange(replies_, {});
  std::vector<Result<BegunRun>> begun = resident_->begin_asked(asked);
  for (std::size_t i = 0; i < replies.size(); ++i) replies[i](std::move(begun[i]));
}

Result<CallAnswer> ServerDesk::call(HeardCall heard) {
  return inbox_.ask<CallAnswer>(
      [this, heard = std::move(heard)] { return resident_->call(heard); });
}

Result<std::string> ServerDesk::secret(const std::string& name) const {
  std::optional<std::string> file;
  if (const auto* const set = session_.settings().find(SettingId::secrets_file)) file = set->text;
  const Secrets secrets = TRY(Secrets::open(session_.variable, file));
  Secret found = TRY(secrets.find(name));
  return std::move(found.text);
}

Result<void> ServerDesk::retry(RunId run, const std::string& who) {
  return inbox_.ask<void>([this, run, who] { return resident_->retry(run, who); });
}

Result<void> ServerDesk::change(RunId run, DriverRequest request) {
  const AskParts parts{.database = *records_.database,
                       .runs = records_.runs,
                       .clock = session_.clock,
                       .entropy = session_.entropy,
                       .wait_max = answer_wait_max};
  for (;;) {
    const RunRecord now = TRY(look(run));
    if (TRY(is_driven(records_, now)) && TRY(ask_driver(parts, now, request))) return {};
    if (TRY(inbox_.ask<bool>([&] { return resident_->change(run, request); }))) return {};
  }
}

Result<ShownBackfill> ServerDesk::backfill(AskedBackfill asked) {
  return inbox_.ask<ShownBackfill>(
      [this, asked = std::move(asked)] { return resident_->begin_backfill(asked); });
}

Result<void> ServerDesk::pause(RunId run, const std::string& who) {
  auto writer = TRY(records_.database->begin_write());
  const RunRecord now = TRY(records_.runs.get(writer, run));
  TRY(RunPauses().pause(writer, now, {who, session_.clock.now()}));
  TRY(writer.commit());
  records_.database->ring(now.owner_engine);
  return {};
}

Result<void> ServerDesk::resume(RunId run, const std::string& who) {
  RunRecord now;
  {
    auto writer = TRY(records_.database->begin_write());
    now = TRY(records_.runs.get(writer, run));
    if (!TRY(RunPauses().resume(writer, run, who, session_.clock.now())))
      return error(Errc::conflict, "{} is not paused", now.name());
    TRY(writer.commit());
  }
  if (TRY(is_driven(records_, now))) {
    records_.database->ring(now.owner_engine);
    return {};
  }
  return inbox_.ask<void>([this, run] { return resident_->take_up(run); });
}

Result<void> ServerDesk::cancel(RunId run, CancelMode mode, const std::string&) {
  const RunRecord now = TRY(look(run));
  if (is_ended(now.state))
    return error(Errc::conflict, "{} has ended already: it {}", now.name(), to_text(now.state));
  {
    auto writer = TRY(records_.database->begin_write());
    TRY(records_.runs.request_cancel(writer, run, mode));
    TRY(writer.commit());
  }
  if (TRY(is_driven(records_, now))) {
    records_.database->ring(now.owner_engine);
    return {};
  }
  return inbox_.ask<void>([this, run] { return resident_->take_up(run); });
}

}  // namespace gt
