#include "calendar/written_schedule.h"

#include <doctest/doctest.h>
#include <string>

#include "calendar/test_times.h"

namespace gt {
namespace {

std::string first_after(const WrittenSchedule& written, std::string_view after) {
  const auto placed = place_schedule(written);
  REQUIRE_MESSAGE(placed.ok(), placed.error().message);
  const auto firing = placed->schedule.next_firing(test_time(after));
  return firing ? test_text(firing->at) : "never";
}

std::string trouble(const WrittenSchedule& written) {
  const auto placed = place_schedule(written);
  return placed.ok() ? "" : placed.error().message;
}

}  // namespace

TEST_CASE("a written schedule fires by the clocks of its zone, from its start to its end") {
  WrittenSchedule written{.rule = test_cron("0 6 * * *")};
  CHECK(first_after(written, "2026-01-01 00:00") == "2026-01-01 06:00");
  if (!test_zone("Europe/Berlin")) return;
  written.timezone = "Europe/Berlin";
  CHECK(first_after(written, "2026-01-01 00:00") == "2026-01-01 05:00");
  written.start = parse_written_time("2026-07-01T06:00");
  CHECK_MESSAGE(first_after(written, "2026-01-01 00:00") == "2026-07-01 04:00",
                "the start itself counts");
  written.end = parse_written_time("2026-07-02T06:00");
  CHECK_MESSAGE(first_after(written, "2026-07-01 04:00") == "never", "the end does not");
}

TEST_CASE("an interval counts from its start, else from 1970") {
  WrittenSchedule written{.rule = Duration(std::chrono::minutes(45))};
  CHECK(first_after(written, "1970-01-01 00:10") == "1970-01-01 00:45");
  written.start = parse_written_time("2026-01-01T00:10");
  CHECK(first_after(written, "2025-01-01 00:00") == "2026-01-01 00:10");
  CHECK(first_after(written, "2026-01-01 00:10") == "2026-01-01 00:55");
}

TEST_CASE("what cannot be a schedule is an error") {
  WrittenSchedule written{.rule = test_cron("0 6 * * *"), .timezone = "Europe/Brelin"};
  CHECK(trouble(written) != "");
  written.timezone = "UTC";
  written.start = parse_written_time("2026-01-02");
  written.end = parse_written_time("2026-01-02");
  CHECK(trouble(written) == "the end is not after the start");
  written = {.rule = Duration(std::chrono::milliseconds(5))};
  CHECK(trouble(written) == "the interval is shorter than a second");
  written = {.rule = Duration(std::chrono::hours(1)), .start = parse_written_time("9999-12-31")};
  CHECK(trouble(written) == "the start is not in the years from 1 to 2399");
}

}  // namespace gt
