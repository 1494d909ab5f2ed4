/// Rules for paths that a pipeline file may name: nothing may point out of the folder that it is
/// relative to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gt {

struct PathFault {
  std::string message;   ///< "leads out of its folder by `..`"
  std::string expected;  ///< "a relative path"
  std::string hint = {};
};

/// nullopt for a path such as `a/b c.csv` or `model/`.
std::optional<PathFault> fault_of_relative_path(std::string_view path);

/// Whether one is the other or lies inside it; a trailing '/' does not count.
bool do_paths_collide(std::string_view left, std::string_view right);

}  // namespace gt
