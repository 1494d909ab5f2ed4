/// Reads one entry of a step's `outputs:`.
#pragma once

#include <span>

#include "base/problem.h"
#include "definition/damage.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

Output read_output(YamlEntry entry, Damage& damage, Problems& problems);

/// Two outputs that are one path, or one inside the other, are a problem.
void check_collisions(std::span<const Output> outputs, Problems& problems);

}  // namespace gt
