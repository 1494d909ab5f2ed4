/// A schedule as it is written, in a pipeline file or on a command line.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/result.h"
#include "calendar/schedule.h"
#include "calendar/written_time.h"

namespace gt {

struct WrittenSchedule {
  /// A cron expression, or the distance of an interval.
  std::variant<Cron, Duration> rule;
  /// Whose clocks count: for a cron expression, and for `start` and `end` without an offset.
  std::string timezone = "UTC";
  /// It fires in [start, end). An interval counts from its start, else from 1970 on.
  std::optional<WrittenTime> start = {}, end = {};
  /// Of a cron expression; without them as CronSchedule decides.
  std::optional<MissingTime> missing = {};
  std::optional<DuplicateTime> duplicate = {};
};

/// A schedule with the zone in which people look at it.
struct PlacedSchedule {
  Zone zone;
  Schedule schedule;
};

/// Reads the rules of the zone. Errc::invalid: there is no such zone, the end is not after the
/// start, the interval is too short, or its start is outside of the calendar. Errc::unavailable:
/// the machine has no rules of time zones.
Result<PlacedSchedule> place_schedule(const WrittenSchedule& written);
/// With its zone, which has been opened already.
Result<PlacedSchedule> place_schedule(const WrittenSchedule& written, Zone zone);

}  // namespace gt
