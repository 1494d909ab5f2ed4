/// Instants as people write them on a command line.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace gt {

/// "10m" or "2h30m": so long before `now`. "2026-11-23", "2026-11-23T06:00", with seconds and a
/// fraction of them, and an offset ("Z", "+01:00"); without one it is UTC, as all times that we
/// print. A space may stand for the T. "06:00": the last time that it was so late, in UTC.
/// Errc::invalid.
Result<Time> parse_moment(std::string_view text, Time now);

/// The end of a stretch of time: as above, but a duration is so long after `from`.
Result<Time> parse_end(std::string_view text, Time from, Time now);

}  // namespace gt
