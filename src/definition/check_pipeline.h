/// Checks what only the whole file can tell: names that refer to each other, cycles, types.
#pragma once

#include "base/problem.h"
#include "definition/damage.h"
#include "definition/pipeline.h"
#include "definition/pipeline_files.h"
#include "definition/scope.h"
#include "definition/yaml/tree.h"

namespace gt {

/// What the files of one reading have in common.
struct CheckedFiles {
  const Damage& damage;
  const PipelineFiles& files;
  const CalledTypes& called;  ///< of all pipelines that are called, which were checked before
};

/// `root` is the mapping that the pipeline was read from; it tells the positions of what the
/// pipeline does not keep any of. Returns the types of the pipeline's outputs. Sizes of matrices
/// are for check_matrices().
TypeFields check_pipeline(const Pipeline& pipeline, const CheckedFiles& checked, YamlNode root,
                          Problems& problems);

}  // namespace gt
