/// `include`: a pipeline file and the fragments that it names, put together as if they were one.
#pragma once

#include <optional>

#include "base/problem.h"
#include "definition/pipeline_files.h"
#include "definition/yaml/tree.h"

namespace gt {

/// What the file says with all that it includes, directly or not; each node knows its file. nullopt
/// if it includes nothing: then its own tree says everything.
///
/// Parameters, steps and secrets of all files come together, those of included files first. Of two
/// files that say the same setting, the one that includes the other wins; if neither does, that is
/// a problem unless a file that includes both says it.
std::optional<YamlTree> put_together(const OpenedFile& file, PipelineFiles& files,
                                     Problems& problems);

}  // namespace gt
