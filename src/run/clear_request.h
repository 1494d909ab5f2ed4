/// What people ask to have done again in a run, also while an engine drives it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace gt {

struct ClearRequest {
  /// Paths of tasks ("candidates[2].train") or of steps, which mean all their tasks ("candidates",
  /// "candidates.train").
  std::vector<std::string> tasks;
  bool downstream = false;   ///< and all that follows from them, `finally` included
  bool only_failed = false;  ///< of these tasks the ones that did not succeed
  std::string by;            ///< who asks, for the run's events
};

JsonObject to_json(const ClearRequest& request);
Result<ClearRequest> parse_clear_request(const Json& json);

}  // namespace gt
