#include "calendar/simulation.h"

#include <doctest/doctest.h>
#include <string>

#include "calendar/test_times.h"

namespace gt {
namespace {

/// "0 01:00 shifted 02:30": the schedule, when it fires, and what is told of it.
std::string text_of(const SimulatedLine& line) {
  std::string text = fmt::format("{} {}", line.schedule,
                                 line.firing ? test_text(line.firing->at).substr(11) : "-");
  for (const ClockEffect& effect : line.effects)
    text += fmt::format(" {} {}", test_word(effect.kind), test_text(effect.minute).substr(11));
  if (line.overlap && line.overlap->overlaps) text += " overlaps";
  return text;
}

std::vector<std::string> lines(const std::vector<SimulatedSchedule>& schedules,
                               const SimulatedSpan& span) {
  Simulation simulation(schedules, span);
  std::vector<std::string> texts;
  while (const auto line = simulation.next()) texts.push_back(text_of(*line));
  return texts;
}

using Texts = std::vector<std::string>;

Schedule schedule(const char* expression, const Zone& zone,
                  std::optional<MissingTime> missing = {}) {
  return Schedule(CronSchedule(test_cron(expression), zone, missing));
}

}  // namespace

TEST_CASE("firings at a change of the clocks are marked, and what is left out has a line") {
  const auto zone = test_zone("Europe/Berlin");
  if (!zone) return;
  const Schedule shifted = schedule("30 2 * * *", *zone);
  const Schedule skipped = schedule("30 2 * * *", *zone, MissingTime::skip);
  const Schedule hourly = schedule("30 * * * *", *zone);
  const std::vector<SimulatedSchedule> all = {{&shifted}, {&skipped}, {&hourly}};
  const SimulatedSpan march{test_time("2026-03-29 00:00"), test_time("2026-03-29 02:00")};
  CHECK(lines(all, march) == Texts{"2 00:30", "1 - skipped 02:30", "2 - skipped 02:30",
                                   "0 01:00 shifted 02:30", "2 01:30"});
  const SimulatedSpan october{test_time("2026-10-25 00:00"), test_time("2026-10-25 02:00")};
  CHECK(lines(all, october) == Texts{"0 00:30", "1 00:30", "2 00:30 repeated 02:30",
                                     "0 - left out 02:30", "1 - left out 02:30",
                                     "2 01:30 repeated 02:30"});
}

TEST_CASE("several times that are shifted to one instant are told together") {
  const auto zone = test_zone("Europe/Berlin");
  if (!zone) return;
  const Schedule quarters = schedule("0,30 2 * * *", *zone);
  const SimulatedSpan march{test_time("2026-03-29 00:00"), test_time("2026-03-29 02:00")};
  CHECK(lines({{&quarters}}, march) == Texts{"0 01:00 shifted 02:00 shifted 02:30"});
}

TEST_CASE("with a duration it is told which firings find an earlier run of theirs") {
  const auto utc = Zone::open("UTC");
  REQUIRE(utc.ok());
  const Schedule hourly = schedule("0 * * * *", *utc), daily = schedule("0 1 * * *", *utc);
  const SimulatedSpan night{test_time("2026-01-01 00:00"), test_time("2026-01-01 03:00"),
                            std::chrono::minutes(90)};
  CHECK(lines({{&hourly, Overlap::skip}, {&daily}}, night) ==
        Texts{"0 00:00", "0 01:00 overlaps", "1 01:00", "0 02:00"});
}

TEST_CASE("a span without firings has no lines") {
  const auto utc = Zone::open("UTC");
  REQUIRE(utc.ok());
  const Schedule daily = schedule("0 1 * * *", *utc);
  const Time at = test_time("2026-01-01 01:00");
  CHECK(lines({{&daily}}, {at, at}).empty());
  CHECK(lines({{&daily}}, {at, at - std::chrono::hours(1)}).empty());
  CHECK(lines({}, {at, calendar_end}).empty());
}

}  // namespace gt
