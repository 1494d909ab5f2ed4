/// What becomes of a firing while an earlier run of the schedule has not ended.
#pragma once

#include <optional>

#include "base/clock.h"
#include "calendar/span.h"

namespace gt {

enum class Overlap {
  queue,    ///< its run waits until the one before has ended
  skip,     ///< it has no run
  replace,  ///< the run before is cancelled, its own begins
};

/// Follows the runs of one schedule if each takes equally long. Pure. Threads: one.
class OverlapForecast {
 public:
  OverlapForecast(Overlap policy, Duration duration) : policy_(policy), duration_(duration) {}

  struct Outcome {
    /// An earlier run is still there.
    bool overlaps = false;
    /// nullopt: it has no run.
    std::optional<Time> begins;
  };
  /// Of the next firing.
  Outcome next(Time at);

 private:
  Overlap policy_;
  Duration duration_;
  Time busy_until_ = calendar_begin;
};

}  // namespace gt
