#include "schedule/due_firings.h"

#include <doctest/doctest.h>

#include "calendar/written_schedule.h"

namespace gt {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Time noon = Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 2)) + hours(12);

Schedule every(Duration distance, std::optional<Time> start = {}) {
  auto rule = IntervalSchedule::create(distance, noon);
  REQUIRE(rule.ok());
  return Schedule(*std::move(rule), start.value_or(calendar_begin));
}

std::vector<Duration> times(const DueFirings& due) {
  std::vector<Duration> found;
  for (const Firing& firing : due.firings) found.push_back(firing.at - noon);
  return found;
}

using Times = std::vector<Duration>;

}  // namespace

TEST_CASE("a firing is due from its instant on, once") {
  const Schedule hourly = every(hours(1));
  CHECK(times(due_firings(hourly, Catchup::none, 100, noon - hours(1), noon - seconds(1))) ==
        Times{});
  CHECK(times(due_firings(hourly, Catchup::none, 100, noon - hours(1), noon)) == Times{hours(0)});
  CHECK(times(due_firings(hourly, Catchup::none, 100, noon, noon + seconds(1))) == Times{});
}

TEST_CASE("a firing that is found a little late has its run all the same") {
  const Schedule hourly = every(hours(1));
  const DueFirings due =
      due_firings(hourly, Catchup::none, 100, noon - hours(1), noon + seconds(59));
  CHECK(times(due) == Times{hours(0)});
  CHECK_FALSE(due.first_missed);
}

TEST_CASE("missed firings have no run, the last one, or all up to a number, as catchup says") {
  const Schedule hourly = every(hours(1));
  const Time now = noon + hours(5) + minutes(30);
  const DueFirings none = due_firings(hourly, Catchup::none, 100, noon, now);
  CHECK(times(none) == Times{});
  CHECK(none.first_missed == noon + hours(1));
  const DueFirings last = due_firings(hourly, Catchup::last, 100, noon, now);
  CHECK(times(last) == Times{hours(5)});
  CHECK(last.first_missed == noon + hours(1));
  const DueFirings all = due_firings(hourly, Catchup::all, 100, noon, now);
  CHECK(times(all) == Times{hours(1), hours(2), hours(3), hours(4), hours(5)});
  CHECK_FALSE(all.first_missed);
  const DueFirings some = due_firings(hourly, Catchup::all, 2, noon, now);
  CHECK(times(some) == Times{hours(4), hours(5)});
  CHECK(some.first_missed == noon + hours(1));
}

TEST_CASE("one that is on time stands for the last missed one, too") {
  const Schedule hourly = every(hours(1));
  const Time now = noon + hours(3);
  CHECK(times(due_firings(hourly, Catchup::last, 100, noon, now)) == Times{hours(3)});
  CHECK(times(due_firings(hourly, Catchup::all, 100, noon, now)) ==
        Times{hours(1), hours(2), hours(3)});
}

TEST_CASE("a clock that was set back fires nothing again") {
  const Schedule hourly = every(hours(1));
  CHECK(times(due_firings(hourly, Catchup::all, 100, noon, noon - hours(2))) == Times{});
}

TEST_CASE("a century of seconds is caught up with as quickly as an hour") {
  const Schedule each_second = every(seconds(1));
  const Time now = noon + hours(24 * 365 * 100);
  const DueFirings due = due_firings(each_second, Catchup::all, 3, noon, now);
  CHECK(due.firings.size() == 63);
  CHECK(due.firings.front().at == now - seconds(62));
  CHECK(due.first_missed == noon + seconds(1));
}

TEST_CASE("a firing's interval reaches from the one before, also if that had no run") {
  const Schedule hourly = every(hours(1));
  const DueFirings due =
      due_firings(hourly, Catchup::last, 100, noon, noon + hours(5) + minutes(30));
  REQUIRE(due.firings.size() == 1);
  CHECK(due.firings[0].interval_start == noon + hours(4));
}

TEST_CASE("a new trigger catches up from its start only") {
  const Time now = noon + hours(5);
  CHECK(decided_at_first(every(hours(1)), Catchup::all, now) == now);
  CHECK(decided_at_first(every(hours(1), noon), Catchup::none, now) == now);
  CHECK(decided_at_first(every(hours(1), now + hours(1)), Catchup::all, now) == now);
  const Schedule hourly = every(hours(1), noon);
  const Time decided = decided_at_first(hourly, Catchup::all, now);
  CHECK(times(due_firings(hourly, Catchup::all, 100, decided, now)).size() == 6);
}

}  // namespace gt
