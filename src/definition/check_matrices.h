/// Checks the sizes of matrices as far as the file alone tells them, so that a run need not find
/// out.
#pragma once

#include "base/problem.h"
#include "definition/damage.h"
#include "definition/pipeline.h"

namespace gt {

/// After check_pipeline's other checks, whose problems are not told a second time.
void check_matrices(const Pipeline& pipeline, const Damage& damage, Problems& problems);

}  // namespace gt
