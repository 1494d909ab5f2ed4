/// Source files are kept with a run, so that `diff` can show what changed.
#pragma once

#include "cache/step_manifest.h"
#include "cli/records.h"

namespace gt {

/// `snapshot`: of all files of `root`, as the run begins. That it cannot be kept is no reason not
/// to run.
void keep_source(const Home& home, const std::string& root, const SourceSet& snapshot);

/// Removes what no run needs any more.
Result<void> collect_source(Records& records);

}  // namespace gt
