/// Whether what was found is what a task waits for.
#pragma once

#include "schedule/live_run.h"
#include "schedule/look.h"

namespace gt {

/// Of a task that waits for something outside, by its `status` and `when`. An expression that
/// cannot be evaluated over what was found is not met. Threads: the engine's.
LookVerdict judge_look(const LiveRun& run, TaskIndex task, Look look);

}  // namespace gt
