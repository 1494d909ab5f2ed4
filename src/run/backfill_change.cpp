#include "run/backfill_change.h"

#include "base/text.h"

namespace gt {

namespace {

Result<BackfillRecord> find_open(Transaction& writer, BackfillId id) {
  BackfillRecord found = TRY(BackfillStore().get(writer, id));
  if (found.ended_at || found.state == BackfillState::cancelled)
    return Error{Errc::conflict,
                 fmt::format("{} has {} already", found.name(),
                             found.state == BackfillState::cancelled ? "been cancelled"
                                                                     : to_text(found.state)),
                 fmt::format("`geartrain backfill show {}` shows it", id)};
  return found;
}

Result<BackfillRecord> set_state(Transaction& writer, BackfillId id, BackfillState state) {
  BackfillRecord found = TRY(find_open(writer, id));
  TRY(BackfillStore().set_state(writer, id, state));
  found.state = state;
  return found;
}

}  // namespace

Result<BackfillRecord> pause_backfill(Transaction& writer, BackfillId id) {
  return set_state(writer, id, BackfillState::paused);
}

Result<BackfillRecord> resume_backfill(Transaction& writer, BackfillId id) {
  return set_state(writer, id, BackfillState::running);
}

Result<CancelledBackfill> cancel_backfill(Transaction& writer, RunStore& runs, BackfillId id,
                                          CancelMode mode) {
  CancelledBackfill cancelled{TRY(BackfillStore().get(writer, id)), {}};
  // Once more, with --kill, is for the runs that are left.
  if (cancelled.backfill.ended_at) return find_open(writer, id).error();
  TRY(BackfillStore().cancel_waiting(writer, id));
  TRY(BackfillStore().set_state(writer, id, BackfillState::cancelled));
  cancelled.backfill.state = BackfillState::cancelled;
  cancelled.runs = TRY(runs.open_runs_of(writer, id));
  for (const RunRecord& run : cancelled.runs) TRY(runs.request_cancel(writer, run.id, mode));
  return cancelled;
}

}  // namespace gt
