/// Reads `params:`.
#pragma once

#include <vector>

#include "base/problem.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

/// A parameter whose schema is wrong is there, with an empty schema.
std::vector<Parameter> read_parameters(YamlNode node, Problems& problems);

}  // namespace gt
