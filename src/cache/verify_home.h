/// Whether a home still holds what it says: artifacts by their bytes, records by their digests.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "blob/blob_store.h"
#include "db/database.h"
#include "run/task.h"

namespace gt {

/// Where an artifact is named as a result.
struct ResultReference {
  RunId run = 0;
  TaskIndex task = no_task;
  std::size_t output = 0;  ///< position among the step's outputs
  /// The cache would serve it, not only `get` and `show`.
  bool is_kept = false;
};

struct DamagedArtifact {
  BlobName name;
  Health health = Health::intact;  ///< changed or missing
  bool is_quarantined = false;
  std::vector<ResultReference> references;
};

struct VerifyProgress {
  std::int64_t artifacts = 0, bytes = 0;  ///< so far
};

struct VerifyOptions {
  /// Damaged artifacts are put out of the way, so that nobody is served them.
  bool quarantines = true;
  unsigned threads = 2;
  /// Called now and then by the caller's thread.
  std::function<void(const VerifyProgress&)> progress = [](const VerifyProgress&) {};
};

/// Hashes `blobs`, all that the store has, and looks for those that results name and the store does
/// not have. A missing one is damage unless only runs name it whose artifacts were collected.
/// What others take in or sweep meanwhile is no damage. Damaged ones sorted by name.
Result<std::vector<DamagedArtifact>> verify_artifacts(Database& database, BlobStore& store,
                                                      std::span<const Blob> blobs,
                                                      const VerifyOptions& options);

/// The database's structure, and of its records those that are named by their own digest. A line
/// for each fault.
Result<std::vector<std::string>> verify_records(Database& database);

}  // namespace gt
