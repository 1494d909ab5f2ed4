/// Checks parameters that are given against those that a pipeline declares.
#pragma once

#include <string_view>
#include <vector>

#include "base/problem.h"
#include "definition/scope.h"

namespace gt {

struct GivenArguments {
  const std::vector<Argument>& given;
  const std::vector<Parameter>& declared;
  /// How messages call the pipeline that declares them.
  std::string_view pipeline;
  /// Where a parameter that is missing would have to be given.
  Position position;
};

/// Names, types, and the values of what is constant. `types` is of the place where they are given.
void check_arguments(const GivenArguments& arguments, const PlaceTypes& types, Problems& problems);

}  // namespace gt
