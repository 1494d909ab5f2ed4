/// Which firings of a trigger are to be decided now. Pure; threads: any.
#pragma once

#include <optional>
#include <vector>

#include "calendar/schedule.h"
#include "definition/pipeline.h"

namespace gt {

/// A firing that is found later than this has been missed, and `catchup` says what becomes of it:
/// the program was away, or the machine slept. Within it the program only was busy, or restarted.
inline constexpr Duration firing_late_max = std::chrono::minutes(1);

struct DueFirings {
  /// Those that are to have a run, oldest first.
  std::vector<Firing> firings;
  /// The instant of the first one that has none, for people.
  std::optional<Time> first_missed = {};
};

/// Of those in (decided_until, now]. None if the clock stands before `decided_until`: it was set
/// back, and what it shows has been decided already.
DueFirings due_firings(const Schedule& schedule, Catchup catchup, std::int64_t catchup_max,
                       Time decided_until, Time now);

/// Until when the firings of a trigger that nobody has watched before count as decided: until now;
/// until its start if it says one and wants to catch up.
Time decided_at_first(const Schedule& schedule, Catchup catchup, Time now);

}  // namespace gt
