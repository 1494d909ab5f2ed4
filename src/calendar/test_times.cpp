#include "calendar/test_times.h"

#include <chrono>
#include <cstdio>

namespace gt {

namespace {

std::string text_of(std::int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text =
      fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count());
  if (clock.seconds().count() != 0) text += fmt::format(":{:02}", clock.seconds().count());
  return text;
}

}  // namespace

LocalMinute test_local(std::string_view text) {
  return LocalMinute(std::chrono::floor<std::chrono::minutes>(test_time(text).time_since_epoch()));
}

Time test_time(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  const int read = std::sscanf(std::string(text).c_str(), "%d-%u-%u %d:%d:%d", &year, &month, &day,
                               &hour, &minute, &second);
  GT_CHECK(read >= 5, "a test writes its times in full");
  const std::chrono::year_month_day date(std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day});
  GT_CHECK(date.ok(), "a test names days that exist");
  return std::chrono::sys_days(date) + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

std::string test_text(LocalMinute minute) {
  return text_of(std::chrono::seconds(minute.time_since_epoch()).count());
}

std::string test_text(Time time) {
  return text_of(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

const char* test_word(ClockEffect::Kind kind) {
  switch (kind) {
    case ClockEffect::Kind::shifted:
      return "shifted";
    case ClockEffect::Kind::skipped:
      return "skipped";
    case ClockEffect::Kind::repeated:
      return "repeated";
    case ClockEffect::Kind::left_out:
      return "left out";
  }
  return "";
}

Cron test_cron(std::string_view expression) {
  auto cron = Cron::parse(expression);
  GT_CHECK(cron.ok(), "a test's expression can be read");
  return *std::move(cron);
}

std::optional<Zone> test_zone(const char* name) {
  auto zone = Zone::open(name);
  if (zone.ok()) return *std::move(zone);
  GT_CHECK(zone.error().code == Errc::unavailable, "a test's time zone exists");
  std::puts("SKIP: this machine has no time zones");
  return std::nullopt;
}

}  // namespace gt
