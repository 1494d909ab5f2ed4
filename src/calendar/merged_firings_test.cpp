#include "calendar/merged_firings.h"

#include <doctest/doctest.h>
#include <string>

#include "calendar/test_times.h"

namespace gt {
namespace {

Schedule hourly(const char* expression) {
  const auto utc = Zone::open("UTC");
  REQUIRE(utc.ok());
  return Schedule(CronSchedule(test_cron(expression), *utc));
}

}  // namespace

TEST_CASE("firings of several schedules come in the order of time, then of the schedules") {
  const Schedule quarters = hourly("0,15 * * * *"), halves = hourly("0,30 * * * *");
  const std::vector<const Schedule*> both = {&quarters, &halves};
  MergedFirings firings(both, test_time("2026-01-01 00:00"), test_time("2026-01-01 01:00"));
  std::vector<std::string> found;
  while (const auto next = firings.next())
    found.push_back(fmt::format("{} {}", next->schedule, test_text(next->firing.at).substr(11)));
  CHECK(found == std::vector<std::string>{"0 00:00", "1 00:00", "0 00:15", "1 00:30"});
}

TEST_CASE("without schedules there are no firings") {
  const std::vector<const Schedule*> none;
  CHECK_FALSE(MergedFirings(none, calendar_begin, calendar_end).next());
}

}  // namespace gt
