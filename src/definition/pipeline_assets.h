/// Which assets the runs of a pipeline update, and which they use.
#pragma once

#include <string>
#include <vector>

#include "base/problem.h"
#include "definition/pipeline.h"

namespace gt {

/// Those of all its outputs, of groups and called pipelines, too, each once, by name.
std::vector<std::string> updated_assets(const Pipeline& pipeline);

/// Those that its expressions name behind `assets.`, in groups and called pipelines, too, each
/// once, by name.
std::vector<std::string> used_assets(const Pipeline& pipeline);

/// What is wrong with its assets: those of a matrix, whose items would replace each other's
/// versions, and a trigger that would begin its own next run for ever.
void check_assets(const Pipeline& pipeline, Problems& problems);

}  // namespace gt
