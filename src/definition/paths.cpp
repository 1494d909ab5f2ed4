#include "definition/paths.h"

#include <fmt/format.h>

#include "base/text.h"
#include "definition/limits.h"

namespace gt {
namespace {

std::string_view without_trailing_slash(std::string_view path) {
  return path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

std::optional<PathFault> fault_of_name(std::string_view name, std::string_view path) {
  using namespace definition_limits;
  if (name == "..") {
    return PathFault{"leads out of its folder by `..`", "a path inside the folder"};
  }
  if (name == ".") {
    return PathFault{"has a `.` in it", "the same path without it",
                     path.starts_with("./") ? fmt::format("write {}", printable(path.substr(2)))
                                            : std::string()};
  }
  if (name.empty()) return PathFault{"has an empty name in it (`//`)", "one `/` between names"};
  if (name.size() > path_name_bytes_max) {
    return PathFault{"has a name of more than 255 bytes", "shorter names",
                     "the limit is path_name_bytes_max"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<PathFault> fault_of_relative_path(std::string_view path) {
  if (path.empty()) return PathFault{"is empty", "a relative path"};
  if (path.starts_with('/')) return PathFault{"is absolute", "a relative path"};
  if (path.starts_with("~/")) return PathFault{"starts in a home folder", "a relative path"};
  if (path.size() > definition_limits::path_bytes_max) {
    return PathFault{fmt::format("is longer than {} bytes", definition_limits::path_bytes_max),
                     "a shorter path", "the limit is path_bytes_max"};
  }
  if (path.find('\0') != std::string_view::npos) {
    return PathFault{"has a zero byte in it", "a path without it"};
  }
  for (const std::string_view name : split(without_trailing_slash(path), '/')) {
    if (auto fault = fault_of_name(name, path)) return fault;
  }
  return std::nullopt;
}

bool do_paths_collide(std::string_view left, std::string_view right) {
  left = without_trailing_slash(left);
  right = without_trailing_slash(right);
  if (left.size() > right.size()) std::swap(left, right);
  return right.starts_with(left) && (right.size() == left.size() || right[left.size()] == '/');
}

}  // namespace gt
