/// A recorded run that nobody drives, taken by a command that does something with it.
#pragma once

#include <memory>

#include "cli/wiring.h"
#include "plan/selection.h"

namespace gt {

/// What an engine needs to take it over, or to open it again.
struct ClaimedRun {
  std::unique_ptr<Workshop> workshop;
  std::shared_ptr<const Plan> plan;
  Selection selection;
};

/// Opens a workshop and claims the run for its engine. Errors: those of Workshop::claim().
Result<ClaimedRun> claim_run(Session& session, Records& records, Progress& progress,
                             const RunRecord& run);

/// Errc::conflict for a run that has not ended, and for one that has succeeded.
Result<void> check_retry(const RunRecord& run);

/// Has tasks of a run that nobody drives done again. Its owner is nobody until a workshop claims
/// it. Errors as clear_run().
Result<RunRecord> clear_undriven(Records& records, RunId run, const ClearRequest& request,
                                 Time now);

}  // namespace gt
