/// Reads `wait:` of a step.
#pragma once

#include <memory>
#include <vector>

#include "base/problem.h"
#include "definition/damage.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

/// `node` is what stands at `wait`, `step` the mapping of the step. What is found becomes its
/// outputs.
std::unique_ptr<Wait> read_wait(YamlNode step, YamlNode node, Damage& damage,
                                std::vector<Output>& outputs, Problems& problems);

}  // namespace gt
