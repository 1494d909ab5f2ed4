#include "engine/turn_backfill.h"

namespace gt {

namespace {

/// So that others have their turn with the database between the decisions about thousands.
constexpr std::size_t decided_max = 500;

class Turn {
 public:
  Turn(const BackfillParts& parts, const RunOfBackfill& run_of, Transaction& writer, Time now)
      : parts_(parts), run_of_(run_of), writer_(writer), now_(now) {}

  Result<BackfillTurn> take(BackfillId id, const std::string& engine) {
    turn_.backfill = TRY(parts_.backfills.get(writer_, id));
    if (turn_.backfill.owner_engine != engine)
      return error(Errc::conflict, "another geartrain has taken {} over", turn_.backfill.name());
    if (turn_.backfill.state == BackfillState::running) TRY(begin_some());
    turn_.counts = TRY(parts_.backfills.counts(writer_, id));
    if (!turn_.backfill.ended_at && turn_.counts.waiting == 0 && turn_.counts.active == 0)
      TRY(end());
    return std::move(turn_);
  }

 private:
  Result<void> begin_some() {
    const BackfillRecord& backfill = turn_.backfill;
    auto open =
        static_cast<std::int64_t>(TRY(parts_.runs.open_runs_of(writer_, backfill.id)).size());
    for (std::size_t i = 0; i < decided_max && open < backfill.max_active; ++i) {
      auto firing = TRY(parts_.backfills.next_waiting(writer_, backfill.id));
      if (!firing) return {};
      TRY(decide(*firing));
      if (firing->outcome == BackfillOutcome::begun)
        ++open;
      else
        turn_.without_run.push_back(*std::move(firing));
    }
    return {};
  }

  Result<void> decide(BackfillFiring& firing) {
    const BackfillRecord& backfill = turn_.backfill;
    const auto newest =
        TRY(parts_.runs.newest_of_firing(writer_, backfill.pipeline, backfill.trigger, firing.at));
    if (!wants_run(backfill.rerun, newest)) {
      firing.outcome = BackfillOutcome::kept;
      firing.run = newest->id;
      return parts_.backfills.settle(writer_, backfill.id, firing);
    }
    auto wanted = run_of_(firing);
    if (!wanted) {
      firing.outcome = BackfillOutcome::refused;
      firing.reason = wanted.error().message;
      return parts_.backfills.settle(writer_, backfill.id, firing);
    }
    wanted->pipeline = backfill.pipeline;
    wanted->plan_version = backfill.plan_version;
    wanted->trigger = backfill.trigger;
    wanted->logical_date = firing.at;
    wanted->interval = firing.interval;
    wanted->backfill = backfill.id;
    wanted->owner_engine = backfill.owner_engine;
    RunRecord run = TRY(parts_.runs.create(writer_, *wanted, now_, parts_.entropy));
    firing.outcome = BackfillOutcome::begun;
    firing.run = run.id;
    turn_.runs.push_back(std::move(run));
    return parts_.backfills.settle(writer_, backfill.id, firing);
  }

  Result<void> end() {
    const BackfillCounts& counts = turn_.counts;
    BackfillRecord& backfill = turn_.backfill;
    if (backfill.state != BackfillState::cancelled)
      backfill.state = counts.failed + counts.cancelled + counts.refused > 0
                           ? BackfillState::failed
                           : BackfillState::succeeded;
    backfill.ended_at = now_;
    return parts_.backfills.end(writer_, backfill.id, backfill.state, now_);
  }

  const BackfillParts& parts_;
  const RunOfBackfill& run_of_;
  Transaction& writer_;
  const Time now_;
  BackfillTurn turn_;
};

}  // namespace

Result<BackfillTurn> turn_backfill(const BackfillParts& parts, BackfillId id,
                                   const std::string& engine, const RunOfBackfill& run_of,
                                   Time now) {
  auto writer = TRY(parts.database.begin_write());
  BackfillTurn turn = TRY(Turn(parts, run_of, writer, now).take(id, engine));
  TRY(writer.commit());
  return turn;
}

}  // namespace gt
