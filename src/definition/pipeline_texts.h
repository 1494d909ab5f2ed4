/// The texts that a pipeline is made of: its own file, and others that it names.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace gt {

/// A file that a pipeline names, by `include` for one.
struct FileText {
  std::string path;  ///< relative to the project's root
  std::string text;
};

/// Where the reader of a pipeline finds the files that it names.
struct NamedFiles {
  /// The path of the pipeline's own file, as others would name it; empty if none can.
  std::string own_path;
  /// The whole text. The path is relative to the project's root and has no `.` or `..`; the error's
  /// message says why it cannot be had, as in "is not there". Null: there are no other files.
  std::function<Result<std::string>(const std::string& path)> read;
};

/// Files whose texts are there. `texts` must outlive it.
NamedFiles named_files(std::string own_path, const std::vector<FileText>& texts);

}  // namespace gt
