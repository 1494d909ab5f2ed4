/// What the engine found out about a ready task's cache key.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "run/changes.h"

namespace gt {

/// An earlier attempt made this result.
struct KeyHit {
  std::vector<OutputValue> outputs;
  AttemptId from;
};
/// Nothing usable is kept; tasks of the run with an equal key wait for this one.
struct KeyMiss {};
/// It is executed whatever is kept (not cacheable, forced, --no-cache).
struct KeyUncached {};
/// Cannot be told yet: the environment is being made. LiveRun::ask_again() when it is.
struct KeyPending {};
/// The task cannot start: an expression or its environment failed.
struct KeyFailed {
  AttemptFailed failure;
};

struct KeyAnswer {
  std::variant<KeyHit, KeyMiss, KeyUncached, KeyPending, KeyFailed> verdict;
  /// Absent when there is no key (pending, failed).
  std::optional<TaskManifest> manifest;
};

}  // namespace gt
