/// Dates and times of day as people write them. Pure; threads: any.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "calendar/zone.h"

namespace gt {

struct WrittenTime {
  /// What the clocks show.
  std::chrono::local_time<Duration> local;
  /// How far they are ahead of UTC; nullopt where that was not written.
  std::optional<Duration> offset;
};

/// "2026-11-23", "2026-11-23T06:00", with seconds and a fraction of them, and an offset ("Z",
/// "+01:00"). A space may stand for the T. nullopt for everything else.
std::optional<WrittenTime> parse_written_time(std::string_view text);

/// "06:00", with seconds and a fraction of them.
std::optional<Duration> parse_time_of_day(std::string_view text);

/// Without an offset it is what the clocks of the zone show: the first time that they do, or, if
/// they skip it, the instant at which they are put forward.
Time instant_of(const WrittenTime& written, const Zone& zone);

}  // namespace gt
