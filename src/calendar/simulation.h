/// What schedules will do in a stretch of time, line by line, for people who look at it before it
/// happens.
#pragma once

#include <optional>
#include <vector>

#include "calendar/clock_effects.h"
#include "calendar/merged_firings.h"
#include "calendar/overlap.h"

namespace gt {

struct SimulatedSchedule {
  const Schedule* schedule;  ///< must live longer than the simulation
  Overlap overlap = Overlap::queue;
};

/// [from, to).
struct SimulatedSpan {
  Time from;
  Time to;
  /// How long each run takes, if that is to be looked at.
  std::optional<Duration> run_duration = {};
};

struct SimulatedLine {
  std::size_t schedule;  ///< its index
  /// nullopt: a time at which the schedule does not fire, because of a change of the clocks.
  std::optional<Firing> firing;
  /// What changes of the clocks do to it; of a time without a firing exactly one.
  std::vector<ClockEffect> effects = {};
  /// With a duration, of a firing; as if nothing had run before the span.
  std::optional<OverlapForecast::Outcome> overlap = {};
};

/// In the order of time. Threads: one.
class Simulation {
 public:
  Simulation(const std::vector<SimulatedSchedule>& schedules, const SimulatedSpan& span);

  /// nullopt after the last one.
  std::optional<SimulatedLine> next();

 private:
  struct Effect {
    std::size_t schedule;
    ClockEffect effect;
  };
  SimulatedLine line_of(const MergedFirings::Next& next);

  MergedFirings firings_;
  std::optional<MergedFirings::Next> next_firing_;
  /// Of all schedules, in the order of time: those of firings, and those that have none. Of both,
  /// what lies before the index has been told.
  std::vector<Effect> marks_, left_out_;
  std::size_t marks_told_ = 0, left_out_told_ = 0;
  /// By schedule; none without a duration.
  std::vector<OverlapForecast> forecasts_;
};

}  // namespace gt
