/// Reads the cache's table.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cache/step_manifest.h"
#include "db/transaction.h"
#include "run/task.h"

namespace gt {

struct CacheEntry {
  AttemptId from;
  std::string outputs;  ///< as run/run_json.h writes them
  Time created_at{};
  std::optional<Time> expires_at;
};

/// The entry of each key, or nullopt.
Result<std::vector<std::optional<CacheEntry>>> read_entries(Transaction& transaction,
                                                            std::span<const StepKey> keys);

}  // namespace gt
