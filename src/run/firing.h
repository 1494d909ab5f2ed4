/// What became of the firings of triggers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "run/attempt.h"

namespace gt {

enum class FiringOutcome : std::uint8_t {
  begun,    ///< it has a run
  skipped,  ///< an earlier run was there, and the trigger says that it has none then
  refused,  ///< it could have no run; the reason says why
};

const char* to_text(FiringOutcome outcome);
std::optional<FiringOutcome> parse_firing_outcome(std::string_view text);

/// A row, unique by pipeline, trigger and instant: those of events are a microsecond apart at
/// least.
struct RecordedFiring {
  std::string pipeline;
  std::string trigger;
  Time at{};
  FiringOutcome outcome = FiringOutcome::begun;
  std::string reason = {};        ///< of those without a run
  JsonObject cause = {};          ///< of one that no schedule names: the event
  std::optional<RunId> run = {};  ///< which garbage collection may have removed
  Time recorded_at{};
};

/// How far a trigger has been looked at.
struct TriggerProgress {
  /// What it was watched by: an edited schedule does not fire in the past.
  std::string schedule;
  /// All firings up to this instant have been decided, those after it have not.
  Time decided_until{};
};

}  // namespace gt
