/// The combinations of a matrix: one pure function that `plan`, the engine and the simulation
/// share.
#pragma once

#include <vector>

#include "base/result.h"
#include "definition/limits.h"
#include "definition/pipeline.h"
#include "expression/context.h"
#include "expression/value.h"

namespace gt {

/// The most items that one matrix may have; a larger one is Errc::exhausted.
using definition_limits::matrix_items_max;

/// One combination: a value for each axis, in the order of Matrix::axes.
using MatrixItem = std::vector<Value>;

/// All combinations, the first axis varying slowest. Errc::invalid when an axis is no list;
/// Errc::unavailable when an axis is not known yet (Unknown, in `plan`), with the reason.
Result<std::vector<MatrixItem>> expand(const Matrix& matrix, const Context& context);

}  // namespace gt
