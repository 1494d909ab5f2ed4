/// What people ask to have done again in a run, or taken for done, also while an engine drives it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "run/task.h"

namespace gt {

/// What somebody says has become of a task.
struct MarkWish {
  TaskState as = TaskState::succeeded;  ///< or failed
  std::string comment;                  ///< why
};

/// succeeded or failed; nullopt for any other text.
std::optional<TaskState> parse_mark(std::string_view text);

struct ClearRequest {
  /// Paths of tasks ("candidates[2].train") or of steps, which mean all their tasks ("candidates",
  /// "candidates.train").
  std::vector<std::string> tasks;
  bool downstream = false;   ///< and all that follows from them, `finally` included
  bool only_failed = false;  ///< of these tasks the ones that did not succeed
  std::string by;            ///< who asks, for the run's events
  /// The tasks are not done again, but taken for done: each by its own path, as it has no parts.
  std::optional<MarkWish> mark = {};
};

JsonObject to_json(const ClearRequest& request);
Result<ClearRequest> parse_clear_request(const Json& json);

}  // namespace gt
