/// Reads `params:` where they are given: to another pipeline, or to the runs of a trigger.
#pragma once

#include <vector>

#include "base/problem.h"
#include "definition/damage.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

/// One for each entry; those whose value could not be read are damaged.
std::vector<Argument> read_arguments(YamlNode node, Damage& damage, Problems& problems);

}  // namespace gt
