/// Why a task is in the state that it is in, where its manifest does not say.
#pragma once

#include <string>

#include "cli/claim_view.h"
#include "view/run_view.h"

namespace gt {

/// One sentence without a full stop: "waits for train", "its condition does not hold", "train
/// failed". Empty for a task that was executed or found in the cache.
std::string task_reason(const RunView& view, const TaskRecord& task, ClaimView& claims);

}  // namespace gt
