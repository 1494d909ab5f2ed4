#include "calendar/cron.h"

#include <bit>
#include <charconv>

#include "base/text.h"

namespace gt {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::months;
using std::chrono::year_month;
using std::chrono::year_month_day;
using std::chrono::years;

namespace {

constexpr std::uint32_t all_hours = (1U << 24U) - 1;
constexpr LocalMinute first_minute = local_days(calendar_first_year / 1 / 1);
constexpr LocalMinute last_minute =
    local_days((calendar_last_year + years{1}) / 1 / 1) - minutes{1};

template <typename Bits>
bool has(Bits bits, unsigned number) {
  return (static_cast<std::uint64_t>(bits) >> number & 1U) != 0;
}

template <typename Bits>
unsigned lowest(Bits bits) {
  return static_cast<unsigned>(std::countr_zero(bits));
}

template <typename Bits>
unsigned highest(Bits bits) {
  return static_cast<unsigned>(std::bit_width(bits)) - 1;
}

// The bits from this number on; up to it.
template <typename Bits>
Bits from(Bits bits, unsigned number) {
  return static_cast<Bits>(bits >> number << number);
}

template <typename Bits>
Bits until(Bits bits, unsigned number) {
  return bits & static_cast<Bits>((Bits{2} << number) - 1);
}

unsigned number_of(std::chrono::month month) { return static_cast<unsigned>(month); }

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  return Cron(TRY(parse_cron_fields(text)), std::string(trim(text)));
}

std::optional<LocalMinute> Cron::next(LocalMinute after) const {
  if (after >= last_minute) return std::nullopt;
  const LocalMinute begin = std::max(after + minutes{1}, first_minute);
  const local_days today = floor<days>(begin);
  std::optional<local_days> day = day_from(today);
  if (day == today) {
    if (const auto time = time_from(begin - today)) return today + *time;
    day = day_from(today + days{1});
  }
  if (!day) return std::nullopt;
  return *day + hours{lowest(fields_.hours)} + minutes{lowest(fields_.minutes)};
}

std::optional<LocalMinute> Cron::previous(LocalMinute before) const {
  if (before <= first_minute) return std::nullopt;
  const LocalMinute end = std::min(before - minutes{1}, last_minute);
  const local_days today = floor<days>(end);
  std::optional<local_days> day = day_until(today);
  if (day == today) {
    if (const auto time = time_until(end - today)) return today + *time;
    day = day_until(today - days{1});
  }
  if (!day) return std::nullopt;
  return *day + hours{highest(fields_.hours)} + minutes{highest(fields_.minutes)};
}

bool Cron::fits(LocalMinute minute) const {
  if (minute < first_minute || minute > last_minute) return false;
  const local_days day = floor<days>(minute);
  const minutes time = minute - day;
  return day_from(day) == day && time_from(time) == time;
}

bool Cron::is_every_hour() const { return fields_.hours == all_hours; }

std::optional<local_days> Cron::day_from(local_days day) const {
  const year_month_day date(day);
  year_month month = date.year() / date.month();
  unsigned first = static_cast<unsigned>(date.day());
  for (; month.year() <= calendar_last_year; month += months{1}, first = 1) {
    if (!has(fields_.months, number_of(month.month()))) continue;
    if (const std::uint32_t found = from(fields_.days.in(month), first); found != 0)
      return local_days(month / static_cast<int>(lowest(found)));
  }
  return std::nullopt;
}

std::optional<local_days> Cron::day_until(local_days day) const {
  const year_month_day date(day);
  year_month month = date.year() / date.month();
  unsigned last = static_cast<unsigned>(date.day());
  for (; month.year() >= calendar_first_year; month -= months{1}, last = 31) {
    if (!has(fields_.months, number_of(month.month()))) continue;
    if (const std::uint32_t found = until(fields_.days.in(month), last); found != 0)
      return local_days(month / static_cast<int>(highest(found)));
  }
  return std::nullopt;
}

std::optional<minutes> Cron::time_from(minutes time) const {
  const auto hour = static_cast<unsigned>(time / hours{1});
  const auto minute = static_cast<unsigned>(time % hours{1} / minutes{1});
  if (has(fields_.hours, hour)) {
    if (const auto found = from(fields_.minutes, minute); found != 0)
      return hours{hour} + minutes{lowest(found)};
  }
  const std::uint32_t later = from(fields_.hours, hour + 1);
  if (later == 0) return std::nullopt;
  return hours{lowest(later)} + minutes{lowest(fields_.minutes)};
}

std::optional<minutes> Cron::time_until(minutes time) const {
  const auto hour = static_cast<unsigned>(time / hours{1});
  const auto minute = static_cast<unsigned>(time % hours{1} / minutes{1});
  if (has(fields_.hours, hour)) {
    if (const auto found = until(fields_.minutes, minute); found != 0)
      return hours{hour} + minutes{highest(found)};
  }
  const std::uint32_t earlier = until(fields_.hours, hour) & ~(1U << hour);
  if (earlier == 0) return std::nullopt;
  return hours{highest(earlier)} + minutes{highest(fields_.minutes)};
}

std::optional<std::size_t> offset_of_cron_error(const Error& error) {
  constexpr std::string_view mark = "column ";
  const std::size_t at = error.message.find(mark);
  if (at == std::string::npos) return std::nullopt;
  const std::string_view digits = std::string_view(error.message).substr(at + mark.size());
  std::size_t column = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), column);
  if (parsed.ec != std::errc() || column == 0) return std::nullopt;
  return column - 1;
}

}  // namespace gt
