#include "cli/one_backfill.h"

#include <csignal>

#include "base/text.h"
#include "cli/backfill_text.h"
#include "cli/counted.h"
#include "cli/notifier.h"
#include "run/backfill_change.h"
#include "view/place_wait.h"

namespace gt {

OneBackfill::OneBackfill(Session& session, Records& records, Workshop& workshop,
                         BatchProgress& progress, BackfillId backfill)
    : records_(records),
      workshop_(workshop),
      progress_(progress),
      id_(backfill),
      backfills_(session, records, workshop,
                 {.say = [this](const std::string& line) { progress_.say(line); },
                  .recorded = [](const RunRecord&) {},
                  .ended = [this](RunState state,
                                  const std::string& line) { progress_.ended(state, line); }},
                 backfill) {
  workshop_.observe(*this);
}

Result<bool> OneBackfill::go_on() {
  TRY(backfills_.go_on());
  if (is_leaving_) {
    left_ = BackfillLeft::runs;
    return false;
  }
  if (backfills_.is_driving(id_)) {
    if (!is_pausing_ || backfills_.active() > 0) return true;
    left_ = BackfillLeft::paused;
    return false;
  }
  const BackfillTurn* const last = backfills_.last_turn();
  if (last != nullptr && last->backfill.ended_at) return false;
  return error(Errc::conflict, "another geartrain drives {}", backfill_name(id_));
}

Result<void> OneBackfill::lost(Error conflict) {
  backfills_.lost(conflict);
  return {};
}

Result<void> OneBackfill::cancel(CancelMode mode, const std::string& who) {
  return backfills_.cancel(mode, who);
}

Result<void> OneBackfill::interrupted(int signal, unsigned count) {
  is_leaving_ = signal != SIGINT || count > 1;
  if (is_leaving_) return {};
  is_pausing_ = true;
  auto writer = TRY(records_.database->begin_write());
  TRY(pause_backfill(writer, id_));
  TRY(writer.commit());
  if (backfills_.active() > 0)
    say(fmt::format("pausing: {} may end, no other begins; once more leaves at once",
                    counted(static_cast<std::int64_t>(backfills_.active()), "run")));
  return {};
}

void OneBackfill::tick(Time now) {
  const BackfillTurn* const last = backfills_.last_turn();
  if (last == nullptr) return;
  const BackfillCounts& counts = last->counts;
  const auto ended = counts.total() - counts.waiting - counts.active;
  progress_.tick({static_cast<std::size_t>(counts.total()), static_cast<std::size_t>(ended),
                  static_cast<std::size_t>(counts.failed)},
                 backfills_.lines(), now);
}

std::optional<Duration> OneBackfill::interval() const {
  const Duration wait = backfills_.interval();
  const auto drawing = progress_.interval();
  return drawing ? std::min(*drawing, wait) : wait;
}

void OneBackfill::queued(const LiveRun& run, const std::vector<RunRecord>& before) {
  progress_.say(fmt::format("{} {}", run.record().name(), place_wait_text(before)));
}

void OneBackfill::waits(const LiveRun& run, TaskIndex task, const std::string& pool) {
  if (const std::string line = pool_waits_.news(workshop_, run, task, pool); !line.empty())
    say(line);
}

Result<ExitCode> drive_backfill(Session& session, Records& records, Engaged& engaged,
                                BackfillId backfill, const OutputForm& output) {
  const std::string name = backfill_name(backfill);
  OneBackfill one(session, records, *engaged.workshop, *engaged.progress, backfill);
  const auto driven = engaged.workshop->drive(one);
  engaged.progress->clear();
  if (!driven) {
    Error problem = driven.error();
    if (!problem.hint.empty()) problem.hint += "\n";
    problem.hint += problem.code == Errc::conflict
                        ? fmt::format("`geartrain backfill show {}` shows it", backfill)
                        : fmt::format("`geartrain backfill resume {}` goes on with it", backfill);
    return problem;
  }
  tell_receivers(session, records);
  auto reader = TRY(records.database->begin_read());
  const ShownBackfill shown = TRY(find_backfill(records.runs, reader, backfill));
  if (!output.is_table())
    session.console.print(output.text_of(backfill_json(shown)));
  else
    print_backfill(session, shown);
  if (one.left() == BackfillLeft::runs)
    session.console.say(fmt::format(
        "left; what runs goes on, and `geartrain backfill resume {}` or `geartrain up` takes over",
        backfill));
  if (one.left() == BackfillLeft::paused)
    session.console.say(fmt::format("paused: `geartrain backfill resume {}` goes on", backfill));
  if (one.left() != BackfillLeft::ended) return ExitCode::interrupted;
  switch (shown.backfill.state) {
    case BackfillState::succeeded:
      return ExitCode::ok;
    case BackfillState::cancelled:
      return ExitCode::interrupted;
    default:
      return ExitCode::failed;
  }
}

}  // namespace gt
