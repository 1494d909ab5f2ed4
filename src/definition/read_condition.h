/// Reads `if:` and what is like it.
#pragma once

#include <optional>

#include "base/problem.h"
#include "definition/yaml/tree.h"
#include "expression/template.h"

namespace gt {

/// `if: a > b` and `if: ${{ a > b }}` are the same. nullopt: what is wrong has been appended.
std::optional<Template> read_condition(YamlNode node, Problems& problems,
                                       std::string_view key = "if");

}  // namespace gt
