/// What a run waits for whose pipeline lets only some of its runs be active at once (`max_active`).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "run/run_store.h"

namespace gt {

/// Threads: one at a time.
class PlaceWaits {
 public:
  explicit PlaceWaits(RunStore& runs) : runs_(runs) {}

  /// The runs that come first, as many as may be active; empty for a run that does not wait.
  Result<std::vector<RunRecord>> before(Transaction& transaction, const RunRecord& run);

 private:
  RunStore& runs_;
  std::map<std::string, std::optional<std::uint32_t>> max_active_;  ///< by the digest of the texts
};

/// "waits for a place: 2 of 2 runs of flights are active (flights/3, flights/4)"; empty if there
/// are none before it.
std::string place_wait_text(const std::vector<RunRecord>& before);

/// The names of runs.
Json run_names_json(const std::vector<RunRecord>& runs);

}  // namespace gt
