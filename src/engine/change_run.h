/// What people ask of a run: of one that an engine drives, and of one that nobody does.
#pragma once

#include <memory>
#include <string>

#include "db/database.h"
#include "run/driver_request.h"
#include "run/run_store.h"
#include "schedule/live_run.h"

namespace gt {

/// Errors as LiveRun::clear() and LiveRun::decide_approval().
Result<void> obey(LiveRun& live, const DriverRequest& request, Time now);

/// Does it within the caller's transaction and makes `engine` the owner of the run (empty:
/// nobody's); whoever takes it over then goes on with it. False, and nothing is changed: an engine
/// drives it, and is to be asked. `run` was read in the same transaction. Errors as obey().
Result<bool> change_run(Database& database, Transaction& transaction, RunStore& runs,
                        const RunRecord& run, std::shared_ptr<const Plan> plan,
                        const Selection& selection, const DriverRequest& request,
                        const std::string& engine, Time now);

}  // namespace gt
