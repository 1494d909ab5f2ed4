#include "calendar/schedule.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "calendar/test_times.h"

namespace gt {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Texts = std::vector<std::string>;

std::string joined(const Texts& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

constexpr auto shift = MissingTime::shift;
constexpr auto skip = MissingTime::skip;
constexpr auto first = DuplicateTime::first;
constexpr auto last = DuplicateTime::last;
constexpr auto both = DuplicateTime::both;

struct Case {
  const char* expression;
  const char* from;  // in UTC, as all instants here
  const char* to;
  std::optional<MissingTime> missing;
  std::optional<DuplicateTime> duplicate;
  Texts instants;
};

Texts forwards(const CronSchedule& schedule, Time from, Time to) {
  Texts found;
  for (auto at = schedule.next(from - Duration{1}); at && *at < to; at = schedule.next(*at))
    found.push_back(test_text(*at));
  return found;
}

Texts backwards(const CronSchedule& schedule, Time from, Time to) {
  Texts found;
  for (auto at = schedule.previous(to); at && *at >= from; at = schedule.previous(*at))
    found.insert(found.begin(), test_text(*at));
  return found;
}

void check(const char* zone_name, const std::vector<Case>& cases) {
  const auto zone = test_zone(zone_name);
  if (!zone) return;
  for (const Case& one : cases) {
    CAPTURE(std::string(one.expression));
    CAPTURE(std::string(one.from));
    const CronSchedule schedule(test_cron(one.expression), *zone, one.missing, one.duplicate);
    const Time from = test_time(one.from);
    const Time to = test_time(one.to);
    CHECK(joined(forwards(schedule, from, to)) == joined(one.instants));
    CHECK(joined(backwards(schedule, from, to)) == joined(one.instants));
  }
}

TEST_CASE("a time of day that the clocks skip comes at the first instant after, or not at all") {
  // Berlin 2024-03-31: at 02:00 the clocks show 03:00; that is 01:00 UTC.
  check("Europe/Berlin",
        {
            {"30 2 * * *",
             "2024-03-30 00:00",
             "2024-04-02 00:00",
             {},
             {},
             {"2024-03-30 01:30", "2024-03-31 01:00", "2024-04-01 00:30"}},
            {"30 2 * * *",
             "2024-03-30 00:00",
             "2024-04-02 00:00",
             skip,
             {},
             {"2024-03-30 01:30", "2024-04-01 00:30"}},
            // Its first and last minute.
            {"0 2 * * *", "2024-03-31 00:00", "2024-04-01 00:00", {}, {}, {"2024-03-31 01:00"}},
            {"59 2 * * *", "2024-03-31 00:00", "2024-04-01 00:00", {}, {}, {"2024-03-31 01:00"}},
            // Several skipped times are one, also with one that is not skipped.
            {"*/20 2 * * *", "2024-03-31 00:00", "2024-04-01 00:00", {}, {}, {"2024-03-31 01:00"}},
            {"0,30 2,3 * * *",
             "2024-03-31 00:00",
             "2024-04-01 00:00",
             {},
             {},
             {"2024-03-31 01:00", "2024-03-31 01:30"}},
            {"0,30 2,3 * * *",
             "2024-03-31 00:00",
             "2024-04-01 00:00",
             skip,
             {},
             {"2024-03-31 01:00", "2024-03-31 01:30"}},
            {"30 1,2,3 * * *",
             "2024-03-31 00:00",
             "2024-03-31 12:00",
             {},
             {},
             {"2024-03-31 00:30", "2024-03-31 01:00", "2024-03-31 01:30"}},
            // Not a skipped time of another day.
            {"30 2 * * mon", "2024-03-31 00:00", "2024-04-01 00:00", {}, {}, {}},
        });
}

TEST_CASE("a time of day that the clocks repeat comes at the first, unless said otherwise") {
  // Berlin 2024-10-27: at 03:00 the clocks show 02:00; that is 01:00 UTC.
  check("Europe/Berlin", {
                             {"30 2 * * *",
                              "2024-10-26 12:00",
                              "2024-10-28 12:00",
                              {},
                              {},
                              {"2024-10-27 00:30", "2024-10-28 01:30"}},
                             {"30 2 * * *",
                              "2024-10-26 12:00",
                              "2024-10-28 12:00",
                              {},
                              last,
                              {"2024-10-27 01:30", "2024-10-28 01:30"}},
                             {"30 2 * * *",
                              "2024-10-26 12:00",
                              "2024-10-28 12:00",
                              {},
                              both,
                              {"2024-10-27 00:30", "2024-10-27 01:30", "2024-10-28 01:30"}},
                             // Its borders: 02:00 is repeated, 03:00 is not.
                             {"0 2,3 * * *",
                              "2024-10-26 12:00",
                              "2024-10-27 12:00",
                              {},
                              {},
                              {"2024-10-27 00:00", "2024-10-27 02:00"}},
                             {"0 2,3 * * *",
                              "2024-10-26 12:00",
                              "2024-10-27 12:00",
                              {},
                              last,
                              {"2024-10-27 01:00", "2024-10-27 02:00"}},
                             {"*/30 1-3 * * *",
                              "2024-10-26 12:00",
                              "2024-10-27 12:00",
                              {},
                              {},
                              {"2024-10-26 23:00", "2024-10-26 23:30", "2024-10-27 00:00",
                               "2024-10-27 00:30", "2024-10-27 02:00", "2024-10-27 02:30"}},
                         });
}

TEST_CASE("an expression with minutes in every hour goes on as the clocks do") {
  check("Europe/Berlin",
        {
            {"5 * * * *",
             "2024-03-31 00:00",
             "2024-03-31 03:00",
             {},
             {},
             {"2024-03-31 00:05", "2024-03-31 01:05", "2024-03-31 02:05"}},
            {"5 * * * *",
             "2024-03-31 00:00",
             "2024-03-31 03:00",
             shift,
             {},
             {"2024-03-31 00:05", "2024-03-31 01:00", "2024-03-31 01:05", "2024-03-31 02:05"}},
            {"5 * * * *",
             "2024-10-27 00:00",
             "2024-10-27 03:00",
             {},
             {},
             {"2024-10-27 00:05", "2024-10-27 01:05", "2024-10-27 02:05"}},
            {"5 * * * *",
             "2024-10-27 00:00",
             "2024-10-27 03:00",
             {},
             first,
             {"2024-10-27 00:05", "2024-10-27 02:05"}},
            {"5 0-23 * * *",
             "2024-10-27 00:00",
             "2024-10-27 03:00",
             {},
             {},
             {"2024-10-27 00:05", "2024-10-27 01:05", "2024-10-27 02:05"}},
        });
}

TEST_CASE("clocks that are changed by half an hour skip and repeat half an hour") {
  // Lord Howe 2024-10-06: at 02:00 the clocks show 02:30 (15:30 UTC the day before);
  // 2024-04-07: at 02:00 they show 01:30 (15:00 UTC the day before).
  check("Australia/Lord_Howe",
        {
            {"15 2 * * *",
             "2024-10-05 00:00",
             "2024-10-07 00:00",
             {},
             {},
             {"2024-10-05 15:30", "2024-10-06 15:15"}},
            {"30 2 * * *", "2024-10-05 00:00", "2024-10-06 00:00", skip, {}, {"2024-10-05 15:30"}},
            {"15 2 * * *", "2024-10-05 00:00", "2024-10-06 00:00", skip, {}, {}},
            {"*/15 * * * *",
             "2024-10-05 15:00",
             "2024-10-05 16:00",
             {},
             {},
             {"2024-10-05 15:00", "2024-10-05 15:15", "2024-10-05 15:30", "2024-10-05 15:45"}},
            {"0,30,45 1,2 * * *",
             "2024-04-06 13:00",
             "2024-04-07 00:00",
             {},
             {},
             {"2024-04-06 14:00", "2024-04-06 14:30", "2024-04-06 14:45", "2024-04-06 15:30",
              "2024-04-06 16:00", "2024-04-06 16:15"}},
            {"30,45 1 * * *",
             "2024-04-06 13:00",
             "2024-04-07 00:00",
             {},
             last,
             {"2024-04-06 15:00", "2024-04-06 15:15"}},
            {"*/15 * * * *",
             "2024-04-06 14:30",
             "2024-04-06 15:45",
             {},
             {},
             {"2024-04-06 14:30", "2024-04-06 14:45", "2024-04-06 15:00", "2024-04-06 15:15",
              "2024-04-06 15:30"}},
        });
}

TEST_CASE("midnight itself may be skipped or repeated") {
  // São Paulo 2018-11-04: at 00:00 the clocks show 01:00 (03:00 UTC);
  // 2018-02-18: at 00:00 they show 23:00 of the day before (02:00 UTC).
  check("America/Sao_Paulo",
        {
            {"@daily",
             "2018-11-03 00:00",
             "2018-11-06 00:00",
             {},
             {},
             {"2018-11-03 03:00", "2018-11-04 03:00", "2018-11-05 02:00"}},
            {"@daily",
             "2018-11-03 00:00",
             "2018-11-06 00:00",
             skip,
             {},
             {"2018-11-03 03:00", "2018-11-05 02:00"}},
            {"30 23 * * *", "2018-02-17 12:00", "2018-02-18 12:00", {}, {}, {"2018-02-18 01:30"}},
            {"30 23 * * *", "2018-02-17 12:00", "2018-02-18 12:00", {}, last, {"2018-02-18 02:30"}},
            {"@daily",
             "2018-02-17 00:00",
             "2018-02-19 12:00",
             {},
             {},
             {"2018-02-17 02:00", "2018-02-18 03:00", "2018-02-19 03:00"}},
        });
  // Beirut 2022-03-27: at 00:00 the clocks show 01:00 (22:00 UTC the day before);
  // 2022-10-30: at 00:00 they show 23:00 (21:00 UTC).
  check("Asia/Beirut", {
                           {"0 0 * * sun",
                            "2022-03-20 00:00",
                            "2022-04-03 12:00",
                            {},
                            {},
                            {"2022-03-26 22:00", "2022-04-02 21:00"}},
                           {"0 0 * * *",
                            "2022-10-29 00:00",
                            "2022-10-31 00:00",
                            {},
                            {},
                            {"2022-10-29 22:00", "2022-10-30 22:00"}},
                           {"59 23 * * *",
                            "2022-10-29 00:00",
                            "2022-10-30 12:00",
                            {},
                            both,
                            {"2022-10-29 20:59", "2022-10-29 21:59"}},
                       });
}

TEST_CASE("a day that never was is one instant, or nothing") {
  // Apia went from 2011-12-29 24:00 to 2011-12-31 00:00, at 10:00 UTC on the 30th.
  check("Pacific/Apia",
        {
            {"0 6,18 * * *",
             "2011-12-29 00:00",
             "2012-01-01 00:00",
             {},
             {},
             {"2011-12-29 04:00", "2011-12-29 16:00", "2011-12-30 04:00", "2011-12-30 10:00",
              "2011-12-30 16:00", "2011-12-31 04:00", "2011-12-31 16:00"}},
            {"0 6 * * *",
             "2011-12-29 00:00",
             "2012-01-01 00:00",
             skip,
             {},
             {"2011-12-29 16:00", "2011-12-30 16:00", "2011-12-31 16:00"}},
            {"0 12 30 12 *",
             "2010-01-01 00:00",
             "2013-01-01 00:00",
             {},
             {},
             {"2010-12-30 22:00", "2011-12-30 10:00", "2012-12-29 22:00"}},
            {"0 12 30 12 *",
             "2010-01-01 00:00",
             "2013-01-01 00:00",
             skip,
             {},
             {"2010-12-30 22:00", "2012-12-29 22:00"}},
            {"0 * * * *",
             "2011-12-30 08:00",
             "2011-12-30 13:00",
             {},
             {},
             {"2011-12-30 08:00", "2011-12-30 09:00", "2011-12-30 10:00", "2011-12-30 11:00",
              "2011-12-30 12:00"}},
        });
}

TEST_CASE("changes by seconds skip and repeat no more than they do") {
  // New York 1883-11-18: at 12:03:58 the clocks show 12:00 (17:00 UTC).
  check("America/New_York",
        {
            {"2,3,4 12 18 11 *",
             "1883-11-18 16:00",
             "1883-11-18 18:00",
             {},
             {},
             {"1883-11-18 16:58:02", "1883-11-18 16:59:02", "1883-11-18 17:04"}},
            {"2,3,4 12 18 11 *",
             "1883-11-18 16:00",
             "1883-11-18 18:00",
             {},
             last,
             {"1883-11-18 17:02", "1883-11-18 17:03", "1883-11-18 17:04"}},
        });
  // Berlin 1893-04-01: at 00:00 the clocks show 00:06:32 (23:06:32 UTC).
  check(
      "Europe/Berlin",
      {
          {"5,6,7 0 1 4 *",
           "1893-03-31 12:00",
           "1893-04-01 12:00",
           {},
           {},
           {"1893-03-31 23:06:32", "1893-03-31 23:07"}},
          {"5,6,7 0 1 4 *", "1893-03-31 12:00", "1893-04-01 12:00", skip, {}, {"1893-03-31 23:07"}},
      });
}

TEST_CASE("a day that was twice is one, or two") {
  // Kwajalein 1969-09-30: at 24:00 the clocks show 01:00 of the same day (13:00 UTC).
  check("Pacific/Kwajalein",
        {
            {"0 12 30 9 *", "1969-09-01 00:00", "1969-11-01 00:00", {}, {}, {"1969-09-30 01:00"}},
            {"0 12 30 9 *", "1969-09-01 00:00", "1969-11-01 00:00", {}, last, {"1969-10-01 00:00"}},
            {"0 12 30 9 *",
             "1969-09-01 00:00",
             "1969-11-01 00:00",
             {},
             both,
             {"1969-09-30 01:00", "1969-10-01 00:00"}},
        });
}

TEST_CASE("the defaults follow from whether every hour has a minute that fits") {
  const Zone utc = *Zone::open("UTC");
  const auto defaults = [&](const char* expression) {
    const CronSchedule schedule(test_cron(expression), utc);
    return std::pair(schedule.missing(), schedule.duplicate());
  };
  for (const char* rhythm : {"* * * * *", "*/5 * * * *", "7 * 1 * *", "0 */1 * * *", "@hourly"})
    CHECK(defaults(rhythm) == std::pair(skip, both));
  for (const char* times : {"0 6 * * *", "0 */2 * * *", "* 2 * * *", "0 0-22 * * *", "@daily"})
    CHECK(defaults(times) == std::pair(shift, first));
  const CronSchedule said(test_cron("* * * * *"), utc, shift, last);
  CHECK(std::pair(said.missing(), said.duplicate()) == std::pair(shift, last));
}

Schedule utc_schedule(const char* expression, Time start = calendar_begin,
                      Time end = calendar_end) {
  return Schedule(CronSchedule(test_cron(expression), *Zone::open("UTC")), start, end);
}

TEST_CASE("a firing is at the time that is written, and its interval is what came since the last") {
  const auto firing = utc_schedule("0 6 * * mon").next_firing(test_time("2024-05-13 06:00"));
  REQUIRE(firing.has_value());
  CHECK(test_text(firing->at) == "2024-05-20 06:00");
  CHECK(firing->logical_date == firing->at);
  CHECK(test_text(firing->interval_start) == "2024-05-13 06:00");
  CHECK(firing->interval_end == firing->at);
}

TEST_CASE(
    "the interval of a shifted firing ends where it was shifted to, and the next begins there") {
  const auto berlin = test_zone("Europe/Berlin");
  if (!berlin) return;
  const Schedule schedule(CronSchedule(test_cron("30 2 * * *"), *berlin));
  const auto shifted = schedule.next_firing(test_time("2024-03-31 00:00"));
  const auto after = schedule.next_firing(shifted->at);
  CHECK(test_text(shifted->interval_start) == "2024-03-30 01:30");
  CHECK(test_text(shifted->interval_end) == "2024-03-31 01:00");
  CHECK(after->interval_start == shifted->interval_end);
}

TEST_CASE("a schedule fires from its start up to but not at its end") {
  const Schedule schedule =
      utc_schedule("0 0 * * *", test_time("2024-05-10 00:00"), test_time("2024-05-12 00:00"));
  const auto begin = schedule.next_firing(Time::min());
  CHECK(test_text(begin->at) == "2024-05-10 00:00");
  CHECK(test_text(begin->interval_start) == "2024-05-09 00:00");
  const auto second = schedule.next_firing(begin->at);
  CHECK(test_text(second->at) == "2024-05-11 00:00");
  CHECK_FALSE(schedule.next_firing(second->at).has_value());
  CHECK_FALSE(schedule.next_firing(Time::max()).has_value());
}

TEST_CASE("an interval counts from its anchor in both directions, whatever clocks do") {
  const auto interval = IntervalSchedule::create(hours{36}, test_time("2024-05-10 06:00"));
  REQUIRE(interval.ok());
  const auto next = [&](const char* after) { return test_text(*interval->next(test_time(after))); };
  const auto previous = [&](const char* before) {
    return test_text(*interval->previous(test_time(before)));
  };
  CHECK(next("2024-05-10 05:59:59") == "2024-05-10 06:00");
  CHECK(next("2024-05-10 06:00") == "2024-05-11 18:00");
  CHECK(next("2024-05-10 06:00:01") == "2024-05-11 18:00");
  CHECK(next("2024-05-08 18:00") == "2024-05-10 06:00");
  CHECK(next("2024-05-08 17:59") == "2024-05-08 18:00");
  CHECK(previous("2024-05-10 06:00") == "2024-05-08 18:00");
  CHECK(previous("2024-05-10 06:00:01") == "2024-05-10 06:00");
  CHECK(previous("2024-05-11 18:00") == "2024-05-10 06:00");

  const Schedule schedule(*interval, test_time("2024-05-10 00:00"));
  const auto firing = schedule.next_firing(Time::min());
  CHECK(test_text(firing->at) == "2024-05-10 06:00");
  CHECK(test_text(firing->interval_start) == "2024-05-08 18:00");
}

TEST_CASE("an interval may be as long as time can be counted") {
  const Time anchor = test_time("2024-05-10 06:00");
  const auto interval = IntervalSchedule::create(Duration::max(), anchor);
  REQUIRE(interval.ok());
  CHECK(interval->next(Time::min()) == anchor);
  CHECK_FALSE(interval->next(anchor).has_value());
  CHECK(interval->previous(Time::max()) == anchor);
  CHECK_FALSE(interval->previous(anchor).has_value());
}

TEST_CASE("an interval is at least a second, and its anchor within the calendar") {
  const Time anchor = test_time("2024-05-10 06:00");
  CHECK(IntervalSchedule::create(std::chrono::seconds{1}, anchor).ok());
  for (const Duration every : {Duration{0}, Duration{-1}, Duration{999'999}, Duration::min()})
    CHECK(IntervalSchedule::create(every, anchor).error().code == Errc::invalid);
  CHECK_FALSE(IntervalSchedule::create(hours{1}, Time::max()).ok());
  CHECK_FALSE(IntervalSchedule::create(hours{1}, Time::min()).ok());
}

TEST_CASE("the ends of the calendar are no trap") {
  for (const char* zone_name : {"UTC", "Asia/Tokyo", "America/New_York"}) {
    const auto zone = test_zone(zone_name);
    if (!zone) return;
    const CronSchedule schedule(test_cron("* * * * *"), *zone);
    CHECK(schedule.next(Time::min()) >= calendar_begin);
    CHECK(schedule.previous(Time::max()) < calendar_end);
    CHECK_FALSE(schedule.next(Time::max()).has_value());
    CHECK_FALSE(schedule.previous(Time::min()).has_value());
    CHECK(forwards(schedule, calendar_end - hours{30}, Time::max()) ==
          backwards(schedule, calendar_end - hours{30}, Time::max()));
  }
}

TEST_CASE("the firings from one instant to another are those one after another") {
  const auto zone = test_zone("America/New_York");
  if (!zone) return;
  const Schedule schedule(CronSchedule(test_cron("0 */7 * * *"), *zone));
  const Time from = test_time("2024-03-09 00:00");
  const Time to = test_time("2024-03-12 00:00");
  Firings firings(schedule, from, to);
  Time passed = from - Duration{1};
  int count = 0;
  while (const auto firing = firings.next()) {
    CHECK(firing == schedule.next_firing(passed));
    passed = firing->at;
    ++count;
  }
  CHECK(schedule.next_firing(passed)->at >= to);
  CHECK(count == 12);
  CHECK_FALSE(firings.next().has_value());
}

TEST_CASE("both borders of the firings are exact") {
  const Schedule schedule = utc_schedule("0 * * * *");
  Firings one(schedule, test_time("2024-05-10 06:00"), test_time("2024-05-10 07:00"));
  CHECK(test_text(one.next()->at) == "2024-05-10 06:00");
  CHECK_FALSE(one.next().has_value());
  Firings none(schedule, test_time("2024-05-10 06:00"), test_time("2024-05-10 06:00"));
  CHECK_FALSE(none.next().has_value());
  Firings everything(schedule, Time::min(), Time::max());
  CHECK(test_text(everything.next()->at) == "0001-01-01 00:00");
}

TEST_CASE("a year has as many minutes as it has") {
  const auto zone = test_zone("Europe/Berlin");
  if (!zone) return;
  const Schedule schedule(CronSchedule(test_cron("* * * * *"), *zone));
  Firings firings(schedule, test_time("2024-01-01 00:00"), test_time("2025-01-01 00:00"));
  int count = 0;
  while (const auto firing = firings.next()) {
    if (firing->at - firing->interval_start != minutes{1}) FAIL("a minute is missing");
    ++count;
  }
  CHECK(count == 366 * 24 * 60);
}

}  // namespace
}  // namespace gt
