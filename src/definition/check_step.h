/// Checks the names and types in one step.
#pragma once

#include "base/problem.h"
#include "definition/scope.h"

namespace gt {

struct StepTypes {
  TypeFields inputs;
  TypeFields axes;  ///< of its own matrix, for one task
};

/// The steps that it depends on must have been checked, so that the types of their outputs are
/// known.
StepTypes check_step(const FileTypes& file, const StepScope& scope, const Step& step,
                     Problems& problems);

/// Types of a group's outputs, or of a pipeline's, which has no step; `inner` is the checked scope
/// inside.
TypeFields check_group_outputs(const FileTypes& file, const StepScope& inner, const Step* step,
                               const std::vector<GroupOutput>& given, Problems& problems);

/// Values of environment variables must have a text form.
TypeFields check_variable_types(const VariableSettings& variables, const PlaceTypes& types,
                                Problems& problems);

}  // namespace gt
