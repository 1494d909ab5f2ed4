/// Pipelines whose triggers do not fire until somebody resumes them.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/transaction.h"

namespace gt {

struct PausedPipeline {
  std::string pipeline;
  std::string paused_by;
  Time paused_at{};
};

class PausedPipelines {
 public:
  Result<std::optional<PausedPipeline>> find(Transaction& transaction, const std::string& pipeline);
  Result<bool> is_paused(Transaction& transaction, const std::string& pipeline);
  /// By name.
  Result<std::vector<PausedPipeline>> list(Transaction& transaction);
  /// Nothing changes where it is paused already.
  Result<void> pause(Transaction& transaction, const PausedPipeline& paused);
  Result<void> resume(Transaction& transaction, const std::string& pipeline);
};

}  // namespace gt
