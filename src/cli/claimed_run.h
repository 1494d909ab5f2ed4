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

/// The same, whatever somebody has changed in the run since it was seen. Errc::conflict: an engine
/// drives it by now.
Result<ClaimedRun> claim_left_run(Session& session, Records& records, Progress& progress,
                                  const RunRecord& run);

/// Errc::conflict for a run that has not ended, and for one that has succeeded.
Result<void> check_retry(const RunRecord& run);

/// Does what is asked of a run that nobody drives. Its owner is nobody until a workshop claims it.
/// nullopt, and nothing is done: an engine drives it by now. Errors as change_run().
Result<std::optional<RunRecord>> change_undriven(Records& records, RunId run,
                                                 const DriverRequest& request, Time now);

struct ChangedRun {
  RunRecord run;
  bool is_driven = false;  ///< by the engine that has done what was asked
};

/// Asks whoever drives the run, or does it if nobody does; whichever it is at that moment. Errors
/// as ask_driver() and change_run().
Result<ChangedRun> ask_or_change(Session& session, Records& records, const RunRecord& run,
                                 const DriverRequest& request);

}  // namespace gt
