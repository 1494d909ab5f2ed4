/// Folders of debugging: as an attempt's, but beside the attempts and never recorded.
#pragma once

#include <string>

#include "base/file_lock.h"
#include "base/result.h"

namespace gt {

inline constexpr const char* debug_folders = "debug";  ///< in the home folder

/// A name below `debug` that nobody uses, held as long as this lives.
struct DebugFolder {
  std::string name;
  std::string path;  ///< absolute; nothing is there
  FileLock lock;
};

/// `name`, or `name-2` … where others have the first ones.
Result<DebugFolder> claim_debug_folder(const std::string& home, const std::string& name);

/// Removes those that nobody holds.
Result<void> collect_debug_folders(const std::string& home);

}  // namespace gt
