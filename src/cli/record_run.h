/// The row of a run that is about to begin.
#pragma once

#include <functional>

#include "cli/run_request.h"
#include "cli/wiring.h"

namespace gt {

/// Records it with its pipeline, source and git facts, owned by the workshop's engine. `more` is
/// written in the same transaction.
Result<RunRecord> record_run(
    Session& session, Records& records, Workshop& workshop, const PreparedRun& prepared,
    const RunOptions& options,
    const std::function<Result<void>(Transaction&, const RunRecord&)>& more = {});

}  // namespace gt
