/// Checks what only the whole file can tell: names that refer to each other, cycles, types.
#pragma once

#include "base/problem.h"
#include "definition/damage.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

/// `root` is the mapping that the pipeline was read from; it tells the positions of what the
/// pipeline does not keep any of.
void check_pipeline(const Pipeline& pipeline, const Damage& damage, YamlNode root,
                    Problems& problems);

}  // namespace gt
