#include "calendar/cron.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "calendar/test_times.h"

namespace gt {
namespace {

using std::chrono::minutes;

// What fires from this minute on, as days: "2024-02-01 Thu".
std::vector<std::string> days(const char* expression, const char* from, int count) {
  const Cron cron = test_cron(expression);
  std::vector<std::string> found;
  LocalMinute passed = test_local(from) - minutes{1};
  for (int i = 0; i < count; ++i) {
    const auto next = cron.next(passed);
    REQUIRE(next.has_value());
    found.push_back(test_text(*next).substr(0, 10));
    passed = *next;
  }
  return found;
}

// The days of one month on which it fires.
std::string days_of_month(const std::string& fields, const char* month) {
  const Cron cron = test_cron("0 0 " + fields);
  const LocalMinute begin = test_local(std::string(month) + "-01 00:00");
  std::string found;
  for (auto next = cron.next(begin - minutes{1}); next && test_text(*next).starts_with(month);
       next = cron.next(*next))
    found += (found.empty() ? "" : " ") + std::to_string(std::stoi(test_text(*next).substr(8, 2)));
  return found;
}

// Hours of a day at which it fires.
std::string hours_of(const std::string& field) {
  const Cron cron = test_cron("0 " + field + " * * *");
  std::string found;
  for (int hour = 0; hour < 24; ++hour)
    if (cron.fits(test_local("2024-05-15 00:00") + std::chrono::hours{hour}))
      found += (found.empty() ? "" : " ") + std::to_string(hour);
  return found;
}

std::string problem(std::string_view expression) {
  const auto cron = Cron::parse(expression);
  REQUIRE_FALSE(cron.ok());
  CHECK(cron.error().code == Errc::invalid);
  CHECK_FALSE(cron.error().hint.empty());
  return cron.error().message;
}

TEST_CASE("values, ranges, steps and lists name what they say") {
  CHECK(hours_of("7") == "7");
  CHECK(hours_of("07") == "7");
  CHECK(hours_of("9-12") == "9 10 11 12");
  CHECK(hours_of("*/6") == "0 6 12 18");
  CHECK(hours_of("5/7") == "5 12 19");
  CHECK(hours_of("3-20/7") == "3 10 17");
  CHECK(hours_of("23/7") == "23");
  CHECK(hours_of("20-21,1,3-5/2") == "1 3 5 20 21");
  CHECK(hours_of("5-5") == "5");
}

TEST_CASE("a range goes over the end of its field, and its steps with it") {
  CHECK(hours_of("22-2") == "0 1 2 22 23");
  CHECK(hours_of("22-4/5") == "3 22");
  CHECK(days_of_month("28-3 * *", "2024-02") == "1 2 3 28 29");
  CHECK(days_of_month("* * fri-mon", "2024-05") ==
        "3 4 5 6 10 11 12 13 17 18 19 20 24 25 26 27 31");
  CHECK(days_of_month("* * sat-wed/2", "2024-05") == "1 4 6 8 11 13 15 18 20 22 25 27 29");
  CHECK(days("0 0 1 nov-feb/2 *", "2024-01-01 00:00", 3) ==
        std::vector<std::string>{"2024-01-01", "2024-11-01", "2025-01-01"});
}

TEST_CASE("months and weekdays have names, in any letters, and Sunday has two numbers") {
  CHECK(days_of_month("* JAN,Feb-apr Sun", "2024-03") == "3 10 17 24 31");
  for (const char* sunday : {"0", "7", "sun", "SUN", "7-7", "0-0", "7,0"})
    CHECK(days_of_month("* * " + std::string(sunday), "2024-03") == "3 10 17 24 31");
  for (const char* every : {"0-7", "0-6", "1-7", "mon-sun", "7-6", "*/1", "0/1", "7/1"})
    CHECK(days_of_month("* * " + std::string(every), "2024-02") ==
          days_of_month("* * *", "2024-02"));
  CHECK(days_of_month("* * 5-7", "2024-03") == "1 2 3 8 9 10 15 16 17 22 23 24 29 30 31");
  CHECK(days_of_month("* * 7-2", "2024-02") == "4 5 6 11 12 13 18 19 20 25 26 27");
  CHECK(days_of_month("* * 5/2", "2024-02") == days_of_month("* * fri", "2024-02"));
}

TEST_CASE("the last days of a month are counted from its end") {
  CHECK(days_of_month("L * *", "2024-02") == "29");
  CHECK(days_of_month("l * *", "2023-02") == "28");
  CHECK(days_of_month("L-3 * *", "2024-04") == "27");
  CHECK(days_of_month("1,L-1,L * *", "2024-04") == "1 29 30");
  CHECK(days_of_month("L-30 * *", "2024-05") == "1");
  CHECK(days("0 0 L-29 * *", "2024-02-01 00:00", 2) ==
        std::vector<std::string>{"2024-03-02", "2024-04-01"});
}

TEST_CASE("the nearest day from Monday to Friday stays in its month") {
  // 2024-06-01 is a Saturday, 2024-06-30 a Sunday.
  CHECK(days_of_month("1W * *", "2024-06") == "3");
  CHECK(days_of_month("2w * *", "2024-06") == "3");
  CHECK(days_of_month("3W * *", "2024-06") == "3");
  CHECK(days_of_month("15W * *", "2024-06") == "14");
  CHECK(days_of_month("W16 * *", "2024-06") == "17");
  CHECK(days_of_month("30W * *", "2024-06") == "28");
  CHECK(days_of_month("LW * *", "2024-06") == "28");
  CHECK(days_of_month("L-1W * *", "2024-06") == "28");
  CHECK(days_of_month("1W,15W,LW * *", "2024-06") == "3 14 28");
  CHECK(days_of_month("W * *", "2024-06") == days_of_month("* * mon-fri", "2024-06"));
}

TEST_CASE("a month without a 31st has no 31W") {
  CHECK(days_of_month("31W * *", "2024-06").empty());
  CHECK(days_of_month("29W * *", "2023-02").empty());
}

TEST_CASE("weekdays are counted within the month") {
  CHECK(days_of_month("* * fri#3", "2024-05") == "17");
  CHECK(days_of_month("* * 2#1", "2024-05") == "7");
  CHECK(days_of_month("* * 7#5", "2024-06") == "30");
  CHECK(days_of_month("* * sun#5", "2024-05").empty());
  CHECK(days_of_month("* * mon,fri#1,fri#3", "2024-05") == "3 6 13 17 20 27");
  for (const char* last : {"5L", "L5", "friL", "FRIl", "l5"})
    CHECK(days_of_month("* * " + std::string(last), "2024-05") == "31");
  CHECK(days_of_month("* * sunL,7#1", "2024-06") == "2 30");
}

TEST_CASE("a fifth weekday of one month is not a day of the next") {
  CHECK(days("0 0 1 * thu#5", "2023-02-02 00:00", 2) ==
        std::vector<std::string>{"2023-03-01", "2023-03-30"});
}

TEST_CASE("a day of either field is enough if both say something") {
  CHECK(days_of_month("13 * fri", "2024-09") == "6 13 20 27");
  CHECK(days_of_month("13 * sun", "2024-09") == "1 8 13 15 22 29");
  CHECK(days_of_month("L * mon#1", "2024-09") == "2 30");
  CHECK(days_of_month("* * fri", "2024-09") == "6 13 20 27");
  CHECK(days_of_month("? * fri", "2024-09") == "6 13 20 27");
  CHECK(days_of_month("13 * ?", "2024-09") == "13");
  CHECK(days_of_month("*,13 * fri", "2024-09") == "6 13 20 27");
}

TEST_CASE("a step restricts, though it begins with a star") {
  CHECK(days_of_month("*/10 * sun", "2024-09") == "1 8 11 15 21 22 29");
  CHECK(days_of_month("13 * */6", "2024-09") == "1 7 8 13 14 15 21 22 28 29");
}

TEST_CASE("short names stand for expressions") {
  CHECK(days("@yearly", "2024-02-01 00:00", 2) ==
        std::vector<std::string>{"2025-01-01", "2026-01-01"});
  CHECK(days("@ANNUALLY", "2024-02-01 00:00", 1) == std::vector<std::string>{"2025-01-01"});
  CHECK(days("@monthly", "2024-02-02 00:00", 1) == std::vector<std::string>{"2024-03-01"});
  CHECK(days("@weekly", "2024-02-02 00:00", 1) == std::vector<std::string>{"2024-02-04"});
  CHECK(days("@daily", "2024-02-02 00:01", 1) == std::vector<std::string>{"2024-02-03"});
  CHECK(days("@midnight", "2024-02-02 00:01", 1) == std::vector<std::string>{"2024-02-03"});
  CHECK(test_text(*test_cron(" @hourly ").next(test_local("2024-02-02 00:00"))) ==
        "2024-02-02 01:00");
}

TEST_CASE("the text is kept as it was written") {
  CHECK(test_cron("  0 6 *  * MON\t").text() == "0 6 *  * MON");
  CHECK(test_cron("@daily").text() == "@daily");
}

TEST_CASE("rare days are found, and found again backwards") {
  CHECK(days("0 0 29 2 *", "2096-03-01 00:00", 2) ==
        std::vector<std::string>{"2104-02-29", "2108-02-29"});
  CHECK(days("0 0 * 2 fri#5", "2024-01-01 00:00", 2) ==
        std::vector<std::string>{"2036-02-29", "2064-02-29"});
  const Cron cron = test_cron("0 0 29 2 *");
  CHECK(test_text(*cron.previous(test_local("2104-02-29 00:00"))) == "2096-02-29 00:00");
}

TEST_CASE("the calendar has a beginning and an end") {
  const Cron cron = test_cron("* * * * *");
  CHECK(test_text(*cron.next(LocalMinute::min())) == "0001-01-01 00:00");
  CHECK_FALSE(cron.previous(LocalMinute::min()).has_value());
  CHECK_FALSE(cron.previous(test_local("0001-01-01 00:00")).has_value());
  CHECK(test_text(*cron.previous(LocalMinute::max())) == "2399-12-31 23:59");
  CHECK_FALSE(cron.next(LocalMinute::max()).has_value());
  CHECK_FALSE(cron.next(test_local("2399-12-31 23:59")).has_value());
  CHECK_FALSE(cron.fits(LocalMinute::max()));
  CHECK_FALSE(cron.fits(LocalMinute::min()));
}

TEST_CASE("what cannot be read is refused with its field and column") {
  CHECK(problem("0 25 * * *") == "hour, column 3: 25 is not from 0 to 23");
  CHECK(problem("60 * * * *") == "minute, column 1: 60 is not from 0 to 59");
  CHECK(problem("0 0 0 * *") == "day of month, column 5: 0 is not from 1 to 31");
  CHECK(problem("0 0 * 13 *") == "month, column 7: 13 is not from 1 to 12");
  CHECK(problem("0 0 * * 8") == "day of week, column 9: 8 is not from 0 to 7");
  CHECK(problem("0 0 1,2,99999999999999999999 * *") ==
        "day of month, column 9: 99999999999999999999 is not from 1 to 31");
  CHECK(problem("0 0 * jna *") == "month, column 7: unknown word `jna`");
  CHECK(problem("0 0 * * friday") == "day of week, column 12: `day` cannot follow `fri`");
  CHECK(problem("0 mon * * *") == "hour, column 3: `mon` is not a number");
  CHECK(problem("1,,2 * * * *") == "minute, column 3: an item is missing beside the comma");
  CHECK(problem("5- * * * *") == "minute, column 3: a number is missing");
  CHECK(problem("1-2-3 * * * *") == "minute, column 4: `-` cannot follow `1-2`");
  CHECK(problem("-5 * * * *") == "minute, column 1: `-` is not a number");
  CHECK(problem("*5 * * * *") == "minute, column 2: `5` cannot follow `*`");
  CHECK(problem("*/0 * * * *") == "minute, column 3: the step 0 is not from 1 to 59");
  CHECK(problem("*/90 * * * *") == "minute, column 3: the step 90 is not from 1 to 59");
  CHECK(problem("*/é * * * *") == "minute, column 3: `é` is not a number");
  CHECK(problem("0 0 ?/2 * *") == "day of month, column 6: `?` stands alone");
  CHECK(problem("? * * * *") == "minute, column 1: `?` is not a number");
  CHECK(problem("L * * * *") == "minute, column 1: `L` is not a number");
  CHECK(problem("0 0 L-31 * *") == "day of month, column 7: 31 is not from 1 to 30");
  CHECK(problem("0 0 32W * *") == "day of month, column 5: 32 is not from 1 to 31");
  CHECK(problem("0 0 1-5W * *") == "day of month, column 8: `W` cannot follow `1-5`");
  CHECK(problem("0 0 * * L") == "day of week, column 9: `L` needs a day");
  CHECK(problem("0 0 * * fri#6") == "day of week, column 13: 6 is not from 1 to 5");
  CHECK(problem("0 0 * * 1-5#2") == "day of week, column 12: `#` cannot follow `1-5`");
}

TEST_CASE("a wrong number of fields is told by what is missing or too much") {
  CHECK(problem("") == "the schedule is empty");
  CHECK(problem(" \t") == "the schedule is empty");
  CHECK(problem("0 6 * *") == "column 8: the day of week is missing");
  CHECK(problem("0") == "column 2: the hour is missing");
  CHECK(problem("0 0 6 * * *") == "column 11: 6 fields are too many");
  CHECK(problem("daily") == "column 1: one word is no schedule");
  CHECK(Cron::parse("daily").error().hint == "did you mean @daily?");
}

TEST_CASE("every error says where in the text it is") {
  const auto offset = [](const char* text) {
    return offset_of_cron_error(Cron::parse(text).error());
  };
  CHECK(offset("0 25 * * *") == 2);
  CHECK(offset("*/90 * * * *") == 2);
  CHECK(offset("0 6 * *") == 7);
  CHECK(offset("0 0 6 * * *") == 10);
  CHECK(offset("@dayly") == 0);
  CHECK(offset("0 0 30 2 *") == 4);
  CHECK_FALSE(offset(""));
}

TEST_CASE("an unknown short name is refused, with the nearest one in the hint") {
  CHECK(problem("@dayly") == "column 1: unknown schedule @dayly");
  CHECK(Cron::parse("@dayly").error().hint == "did you mean @daily?");
  CHECK(problem("@reboot") == "column 1: unknown schedule @reboot");
}

TEST_CASE("what can never fire is refused") {
  for (const char* never : {"0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 30W 2 *", "0 0 L-29 2 *"})
    CHECK(problem(never) ==
          "day of month, column 5: it never fires, none of its months has such a day");
  CHECK(Cron::parse("0 0 29 2 *").ok());
  CHECK(Cron::parse("0 0 30 2 mon").ok());
  CHECK(Cron::parse("0 0 30 2,3 *").ok());
}

}  // namespace
}  // namespace gt
