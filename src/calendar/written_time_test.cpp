#include "calendar/written_time.h"

#include <doctest/doctest.h>
#include <string>

#include "calendar/test_times.h"

namespace gt {
namespace {

/// As an instant on the clocks of the zone; empty for what is no time.
std::string instant(const Zone& zone, std::string_view text) {
  const auto written = parse_written_time(text);
  return written ? test_text(instant_of(*written, zone)) : "";
}

}  // namespace

TEST_CASE("an offset counts, whatever the zone") {
  const auto zone = test_zone("Europe/Berlin");
  if (!zone) return;
  CHECK(instant(*zone, "2026-07-01T12:00Z") == "2026-07-01 12:00");
  CHECK(instant(*zone, "2026-07-01 12:00:05+05:30") == "2026-07-01 06:30:05");
  CHECK(instant(*zone, "2026-07-01T12:00-0100") == "2026-07-01 13:00");
}

TEST_CASE("without an offset it is what the clocks of the zone show") {
  const auto zone = test_zone("Europe/Berlin");
  if (!zone) return;
  CHECK(instant(*zone, "2026-01-01") == "2025-12-31 23:00");
  CHECK(instant(*zone, "2026-07-01") == "2026-06-30 22:00");
  CHECK(instant(*zone, "2026-07-01T06:30") == "2026-07-01 04:30");
  CHECK_MESSAGE(instant(*zone, "2026-03-29T02:30") == "2026-03-29 01:00",
                "skipped: the instant of the change");
  CHECK_MESSAGE(instant(*zone, "2026-10-25T02:30") == "2026-10-25 00:30",
                "shown twice: the first time");
  CHECK(instant(*zone, "2026-10-25T03:00") == "2026-10-25 02:00");
}

TEST_CASE("a time beyond the calendar is one all the same") {
  const auto zone = test_zone("Europe/Berlin");
  if (!zone) return;
  const auto written = parse_written_time("9999-12-31");
  REQUIRE(written);
  CHECK(instant_of(*written, *zone) > calendar_end);
  CHECK(instant_of(*parse_written_time("0000-01-01"), *zone) < calendar_begin);
}

TEST_CASE("times of day are told apart from everything else") {
  CHECK(parse_time_of_day("06:05") == std::chrono::hours(6) + std::chrono::minutes(5));
  CHECK(parse_time_of_day("06:05:07.5") ==
        std::chrono::hours(6) + std::chrono::minutes(5) + std::chrono::milliseconds(7500));
  for (const char* const text : {"", "6:05", "24:00", "06:60", "06:05Z", "06:"})
    CHECK_FALSE_MESSAGE(parse_time_of_day(text), text);
  for (const char* const text :
       {"", "soon", "2026", "2026-11", "2026-13-01", "2026-02-30", "2026-1-1", "2026-11-23T",
        "2026-11-23T25:00", "2026-11-23T06:00+", "2026-11-23T06:00+99:00", "06:00"})
    CHECK_FALSE_MESSAGE(parse_written_time(text), text);
}

}  // namespace gt
