/// Requirements files as pip reads them, for telling one content from another.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace gt {

struct Requirements {
  /// A line for each requirement and option, without comments, blanks and continuations; an
  /// included file's lines (`-r`, `-c`) stand between "begin" and "end"; a local package or folder
  /// (`./lib`, `-e .`, `x @ file:…`) is followed by "content <digest>".
  std::string text;
  /// Something is to be installed.
  bool has_packages = false;
};

/// `path` is absolute, or relative to `root`. What an URL leads to is not looked at. Errors:
/// not_found, invalid (not UTF-8, includes itself), exhausted (deeper than 16 includes, larger than
/// 1 MiB).
Result<Requirements> read_requirements(const std::string& root, const std::string& path,
                                       Clock& clock);

}  // namespace gt
