/// What people change about a backfill, whoever drives it.
///
/// Threads: any, with a transaction each. Errors: Errc::not_found; Errc::conflict for one that has
/// ended, or was cancelled.
#pragma once

#include <vector>

#include "run/backfill_store.h"
#include "run/run_store.h"

namespace gt {

/// No further run begins; those that go on do so. Nothing changes where it is paused already.
Result<BackfillRecord> pause_backfill(Transaction& writer, BackfillId id);
Result<BackfillRecord> resume_backfill(Transaction& writer, BackfillId id);

struct CancelledBackfill {
  BackfillRecord backfill;
  std::vector<RunRecord> runs;  ///< that have been asked to end
};
/// No further run begins, and those that go on are asked to end.
Result<CancelledBackfill> cancel_backfill(Transaction& writer, RunStore& runs, BackfillId id,
                                          CancelMode mode);

}  // namespace gt
