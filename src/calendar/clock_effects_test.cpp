#include "calendar/clock_effects.h"

#include <doctest/doctest.h>
#include <string>

#include "calendar/test_times.h"

namespace gt {
namespace {

/// "02:30 shifted at 01:00", those of 2026 in Berlin: on 29 March the clocks are put forward at
/// 01:00 UTC, on 25 October they are put back at 01:00 UTC.
std::vector<std::string> effects(const Zone& zone, const char* expression,
                                 std::optional<MissingTime> missing = {},
                                 std::optional<DuplicateTime> duplicate = {}) {
  const Schedule schedule(CronSchedule(test_cron(expression), zone, missing, duplicate));
  std::vector<std::string> texts;
  for (const ClockEffect& one :
       clock_effects(schedule, test_time("2026-01-01 00:00"), test_time("2027-01-01 00:00")))
    texts.push_back(fmt::format("{} {} at {}", test_text(one.minute).substr(11),
                                test_word(one.kind), test_text(one.at).substr(11)));
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a time of day is shifted over a gap, and fires once where the clocks show it twice") {
  const auto zone = test_zone("Europe/Berlin");
  if (!zone) return;
  CHECK(effects(*zone, "30 2 * * *") == Texts{"02:30 shifted at 01:00", "02:30 left out at 01:30"});
  CHECK(effects(*zone, "30 2 * * *", MissingTime::skip, DuplicateTime::last) ==
        Texts{"02:30 skipped at 01:00", "02:30 left out at 00:30"});
  CHECK(effects(*zone, "0 2 * * *") == Texts{"02:00 shifted at 01:00", "02:00 left out at 01:00"});
  CHECK_MESSAGE(effects(*zone, "0 3 * * *") == Texts{}, "shown once on either day");
}

TEST_CASE("a rhythm goes on as the clocks do") {
  const auto zone = test_zone("Europe/Berlin");
  if (!zone) return;
  CHECK(effects(*zone, "5 * * * *") ==
        Texts{"02:05 skipped at 01:00", "02:05 repeated at 00:05", "02:05 repeated at 01:05"});
}

TEST_CASE("only what lies in the stretch of time and of the schedule is told") {
  const auto zone = test_zone("Europe/Berlin");
  if (!zone) return;
  const CronSchedule cron(test_cron("30 2 * * *"), *zone);
  const Schedule whole(cron);
  const Schedule winter(cron, calendar_begin, test_time("2026-03-29 01:00"));
  const Time change = test_time("2026-03-29 01:00");
  const Duration second = std::chrono::seconds(1);
  CHECK(clock_effects(whole, change, change + second).size() == 1);
  CHECK(clock_effects(whole, change - second, change).empty());
  CHECK(clock_effects(winter, change, change + second).empty());
  CHECK(clock_effects(whole, change, change).empty());
}

TEST_CASE("UTC and intervals know no changes") {
  const Time from = test_time("2026-01-01 00:00"), to = test_time("2027-01-01 00:00");
  const auto utc = Zone::open("UTC");
  REQUIRE(utc.ok());
  CHECK(clock_effects(Schedule(CronSchedule(test_cron("30 2 * * *"), *utc)), from, to).empty());
  const auto hourly = IntervalSchedule::create(std::chrono::hours(1), from);
  REQUIRE(hourly.ok());
  CHECK(clock_effects(Schedule(*hourly), from, to).empty());
}

}  // namespace gt
