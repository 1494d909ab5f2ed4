/// Hashes files of a project.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "source/file_stamp.h"

namespace gt {

struct HashedFile {
  Digest digest;
  FileStamp stamp;     ///< from before it was read
  bool steady = true;  ///< it did not change while it was read
};

/// The content of a regular file below a folder, no link on the way followed; nullopt if there is
/// none.
Result<std::optional<HashedFile>> hash_file(int folder_fd, const std::string& path);

/// The same of many, on two threads when that pays; results in the order of `paths`.
Result<std::vector<std::optional<HashedFile>>> hash_files(int folder_fd,
                                                          const std::vector<std::string>& paths);

}  // namespace gt
