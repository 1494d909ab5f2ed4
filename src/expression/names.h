/// What to say about a name that is not there; evaluation and static types say the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expression/context.h"

namespace gt {

/// "there is no trian in steps" for the path steps.trian.
std::string describe_missing(NamePath path);

/// "did you mean train?", or a list of what is there; empty if that is nothing.
std::string suggest_name(std::string_view name, const std::vector<std::string>& there);

}  // namespace gt
