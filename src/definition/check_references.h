/// Checks names: does everything that an expression refers to exist, and can it be seen from there?
#pragma once

#include "base/problem.h"
#include "definition/scope.h"
#include "expression/template.h"

namespace gt {

/// Whether all references of the text are good. Where one is not, types are not worth asking for.
bool check_references(const Template& text, const PlaceTypes& types, Problems& problems);

/// Appends the problem of a name that is no step of the scope, with what may have been meant.
void add_unknown_step(const Pipeline& pipeline, const StepScope& scope, std::string_view name,
                      Position position, Problems& problems);

}  // namespace gt
