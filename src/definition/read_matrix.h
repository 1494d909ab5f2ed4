/// Reads `matrix:` with what stands beside it.
#pragma once

#include <optional>

#include "base/problem.h"
#include "definition/damage.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

/// The matrix of a step's mapping; nullopt if it has none. `max_parallel` and `fail_fast` without
/// one are problems.
std::optional<Matrix> read_matrix(YamlNode step, Damage& damage, Problems& problems);

}  // namespace gt
