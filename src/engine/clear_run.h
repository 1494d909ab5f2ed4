/// Has tasks done again in a run that nobody drives.
#pragma once

#include <memory>
#include <string>

#include "run/run_store.h"
#include "schedule/live_run.h"

namespace gt {

/// Re-opens the run within the caller's transaction and makes `engine` its owner (empty: nobody's);
/// whoever takes it over then goes on with it. The caller has made sure that no engine drives it.
/// Errors as LiveRun::clear(), and Errc::conflict when somebody was first.
Result<void> clear_run(Transaction& transaction, RunStore& runs, const RunRecord& run,
                       std::shared_ptr<const Plan> plan, const Selection& selection,
                       const ClearRequest& request, const std::string& engine, Time now);

}  // namespace gt
