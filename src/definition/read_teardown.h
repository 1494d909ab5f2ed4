/// Reads `teardown:` of a step.
#pragma once

#include <optional>
#include <vector>

#include "base/problem.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

/// `step` is the mapping of the step; nullopt where it has no `teardown`, or a wrong one.
std::optional<Teardown> read_teardown(YamlNode step, Problems& problems);

/// Marks the steps that a teardown among them names.
void mark_setups(std::vector<Step>& steps);

}  // namespace gt
