/// What changes of the clocks do to a schedule, for people who look at it. Pure; threads: any.
#pragma once

#include <vector>

#include "calendar/schedule.h"

namespace gt {

struct ClockEffect {
  enum class Kind {
    shifted,   ///< the clocks skip the time: it fires at the first instant after the change
    skipped,   ///< the clocks skip the time: it does not fire
    repeated,  ///< the clocks show the time twice: one of two firings
    left_out,  ///< the clocks show the time twice: it does not fire at this one
  };
  Kind kind;
  /// Of the firing; of `left_out` when it would have been; of `skipped` the change.
  Time at;
  /// What the expression asks for.
  LocalMinute minute;

  bool operator==(const ClockEffect&) const = default;
};

/// Of a cron expression's times in [from, to), in order; of an interval none.
std::vector<ClockEffect> clock_effects(const Schedule& schedule, Time from, Time to);

}  // namespace gt
