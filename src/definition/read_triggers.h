/// Reads `triggers:`.
#pragma once

#include <vector>

#include "base/problem.h"
#include "definition/damage.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

/// One for each entry that is a mapping, whatever is wrong with it. Reads the rules of the time
/// zones that they name; where the machine has none, that is a warning: a run by hand needs none.
std::vector<Trigger> read_triggers(YamlNode node, Damage& damage, Problems& problems);

}  // namespace gt
