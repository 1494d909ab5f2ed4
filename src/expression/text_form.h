/// For this module: which types can stand inside text.
#pragma once

#include "expression/type.h"

namespace gt {

/// A problem for a type that render() refuses for certain.
void check_text_form(const Type& type, Position position, Problems& problems);

}  // namespace gt
