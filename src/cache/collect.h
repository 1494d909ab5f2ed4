/// Garbage collection of a home: which runs are forgotten, and which artifacts nobody reaches then.
///
/// Kept are: runs that have not ended, the newest ended ones of each pipeline, what they took from
/// the cache, and pinned artifacts. A run of which a kept one took a result stays as a record, so
/// that the result can still be explained; its other artifacts go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "blob/blob_store.h"
#include "db/database.h"
#include "run/task.h"

namespace gt {

struct CollectOptions {
  /// Ended runs of each pipeline whose results stay, the newest; at least 1, else Errc::invalid.
  std::int64_t runs_kept = 10;
  /// Those that ended since then stay too.
  std::optional<Time> kept_since = {};
  SweepMode mode = SweepMode::remove;
};

struct CollectReport {
  std::vector<std::string> runs;      ///< names of those that are (or would be) forgotten
  std::vector<std::string> attempts;  ///< outside names of all their attempts: their folders may go
  std::int64_t cache_entries = 0;
  SweepReport artifacts;
};

/// Each run goes in a transaction of its own, so that engines are not held up. May be interrupted
/// and repeated at any point. Threads: any.
Result<CollectReport> collect_garbage(Database& database, BlobStore& blobs,
                                      const CollectOptions& options);

}  // namespace gt
