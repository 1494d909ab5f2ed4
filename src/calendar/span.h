/// The stretch of time that the calendar knows, and the time of day as a wall clock shows it.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace gt {

/// What a wall clock shows, without saying where the wall is. std::chrono's local time: days have
/// 24 hours, the calendar is the Gregorian one, also before 1582.
using LocalMinute = std::chrono::local_time<std::chrono::minutes>;

/// Schedules fire in the years from `first` to `last`. Rules of time zones are known for about as
/// long as 400 years from the last written one; nobody plans beyond.
constexpr std::chrono::year calendar_first_year{1};
constexpr std::chrono::year calendar_last_year{2399};

/// [calendar_begin, calendar_end) in UTC.
constexpr Time calendar_begin = std::chrono::sys_days(calendar_first_year / 1 / 1);
constexpr Time calendar_end =
    std::chrono::sys_days((calendar_last_year + std::chrono::years{1}) / 1 / 1);

}  // namespace gt
