/// Makes runs of a backfill's firings: each firing is decided once, whatever crashes.
///
/// A firing's row and its run are written in one transaction, by the engine that owns the backfill.
#pragma once

#include <functional>
#include <vector>

#include "base/entropy.h"
#include "db/database.h"
#include "run/backfill_store.h"
#include "run/run_store.h"

namespace gt {

struct BackfillParts {
  Database& database;
  RunStore& runs;
  BackfillStore& backfills;
  Entropy& entropy;
};

/// What the run of a firing is to be, without what the backfill knows; asked within the
/// transaction. An error is the reason why the firing has no run.
using RunOfBackfill = std::function<Result<NewRun>(const BackfillFiring& firing)>;

/// What one turn has come to.
struct BackfillTurn {
  BackfillRecord backfill;                  ///< as it is now
  BackfillCounts counts;                    ///< of its firings now
  std::vector<RunRecord> runs;              ///< new ones, in their order
  std::vector<BackfillFiring> without_run;  ///< kept and refused ones
};

/// Begins as many as may run at once, and ends the backfill when nothing of it is left. Errors:
/// those of the database; then nothing was decided. Errc::conflict: `engine` owns it no more.
Result<BackfillTurn> turn_backfill(const BackfillParts& parts, BackfillId id,
                                   const std::string& engine, const RunOfBackfill& run_of,
                                   Time now);

}  // namespace gt
