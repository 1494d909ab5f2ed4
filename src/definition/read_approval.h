/// Reads `approve:` of a step.
#pragma once

#include <memory>
#include <vector>

#include "base/problem.h"
#include "definition/damage.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

/// `node` is what stands at `approve`, `step` the mapping of the step. Its fields are its outputs.
std::unique_ptr<Approval> read_approval(YamlNode step, YamlNode node, Damage& damage,
                                        std::vector<Output>& outputs, Problems& problems);

}  // namespace gt
