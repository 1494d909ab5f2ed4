/// Reads `assets:` of a trigger.
#pragma once

#include "base/problem.h"
#include "definition/asset_rule.h"
#include "definition/yaml/tree.h"

namespace gt {

/// A name; a list of rules, which is all of them; {all: […]} or {any: […]}. Where something is
/// wrong, it is told, and what could be read is returned.
AssetRule read_asset_rule(YamlNode node, Problems& problems);

}  // namespace gt
