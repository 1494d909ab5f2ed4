/// Tasks of a run by the paths that people write.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "run/task.h"

namespace gt {

class LiveRun;

/// The task of that path ("candidates[2].train"), or all tasks of a step ("candidates.train"):
/// where a matrix has no index, all its items are meant, and at the end the matrix as a whole. At
/// least one; Errc::not_found with what may have been meant.
Result<std::vector<TaskIndex>> find_tasks(const LiveRun& run, std::string_view path);

/// The one task of that path, of a step with `approve`. Errc::not_found, Errc::invalid.
Result<TaskIndex> find_approval(const LiveRun& run, std::string_view path);

}  // namespace gt
