/// The names of artifacts that clients have sent, and the blobs that they stand for.
///
/// It holds SQL and writes within the caller's transaction; it has no state. A path is a row, never
/// a path of the disk. Errors: those of the database; not_found, invalid.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "db/transaction.h"

namespace gt {

struct TrackedFile {
  Digest digest;
  std::int64_t bytes = 0;
};

struct ArtifactEntry {
  std::string name;  ///< in its folder
  bool is_folder = false;
  std::int64_t bytes = 0;
};

class ArtifactStore {
 public:
  /// Replaces what had the path. Errc::invalid where a folder has it, or a file one above it.
  Result<void> put(Transaction& transaction, const std::string& path, const TrackedFile& file,
                   Time now);
  Result<TrackedFile> get(Transaction& transaction, const std::string& path);
  /// What a folder holds, by name; nothing where there is none. "" is the root.
  Result<std::vector<ArtifactEntry>> list(Transaction& transaction, const std::string& folder);
  /// A file, or a folder with all below it. No error where nothing is.
  Result<void> remove(Transaction& transaction, const std::string& path);
};

}  // namespace gt
