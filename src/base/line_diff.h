/// The difference of two texts by lines, as a patch in the unified form that `patch` and `git
/// apply` take.
#pragma once

#include <string>
#include <string_view>

namespace gt {

struct PatchNames {
  std::string before;  ///< behind "--- "
  std::string now;     ///< behind "+++ "
};

/// Three lines of context; empty for equal texts. The smallest difference as long as it has at most
/// a thousand lines, else one that is right but larger.
std::string unified_diff(std::string_view before, std::string_view now, const PatchNames& names);

}  // namespace gt
