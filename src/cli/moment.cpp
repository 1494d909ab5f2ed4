#include "cli/moment.h"

#include <optional>

#include "base/text.h"
#include "calendar/written_time.h"

namespace gt {

namespace {

/// The last one before `now`.
std::optional<Time> parse_time_alone(std::string_view text, Time now) {
  const auto time = parse_time_of_day(text);
  if (!time) return std::nullopt;
  const auto today = std::chrono::floor<std::chrono::days>(now);
  return today + *time <= now ? today + *time : today - std::chrono::days(1) + *time;
}

}  // namespace

Result<Time> parse_moment(std::string_view text, Time now) {
  const auto age = parse_duration(text);
  if (age && *age <= now.time_since_epoch()) return now - *age;
  if (const auto written = parse_written_time(text))
    return Time(written->local.time_since_epoch()) - written->offset.value_or(Duration(0));
  if (const auto time = parse_time_alone(text, now)) return *time;
  Error problem = error(Errc::invalid, "{} is no time", shell_quoted(printable(text)));
  problem.hint = "such as 10m, 2h30m, 06:00, 2026-11-23T06:00 or 2026-11-23T06:00:00Z (UTC)";
  return problem;
}

Result<Time> parse_end(std::string_view text, Time from, Time now) {
  const auto length = parse_duration(text);
  if (length) return from + std::min(*length, std::max(calendar_end - from, Duration(0)));
  return parse_moment(text, now);
}

}  // namespace gt
