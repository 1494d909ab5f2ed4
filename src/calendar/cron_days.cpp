#include "calendar/cron_days.h"

#include <bit>

namespace gt {

namespace {

constexpr std::uint8_t monday_to_friday = 0b011'1110;

// A month of a certain shape: there are 28 of them.
class MonthDays {
 public:
  explicit MonthDays(std::chrono::year_month month)
      : last_(static_cast<unsigned>((month / std::chrono::last).day())),
        first_weekday_(std::chrono::weekday(std::chrono::local_days(month / 1)).c_encoding()) {}

  unsigned last() const { return last_; }
  std::uint32_t all() const { return (2U << last_) - 2; }

  // The set of weekdays, turned so that bit 0 is the weekday of the given day.
  std::uint32_t weekdays_from(unsigned day, std::uint8_t weekdays) const {
    const unsigned turn = (first_weekday_ + day - 1) % 7;
    return ((weekdays | static_cast<std::uint32_t>(weekdays) << 7U) >> turn) & 0x7FU;
  }

  std::uint32_t on_weekdays(std::uint8_t weekdays) const {
    constexpr std::uint64_t every_week = 1 | 1U << 7U | 1U << 14U | 1U << 21U | 1U << 28U;
    return static_cast<std::uint32_t>(weekdays_from(1, weekdays) * every_week << 1U) & all();
  }

  std::uint32_t nearest_workday(unsigned day) const {
    const bool saturday = weekdays_from(day, 1U << 6U) % 2 == 1;
    const bool sunday = weekdays_from(day, 1U << 0U) % 2 == 1;
    if (saturday) return 1U << (day == 1 ? day + 2 : day - 1);
    if (sunday) return 1U << (day == last_ ? day - 2 : day + 1);
    return 1U << day;
  }

 private:
  unsigned last_;
  unsigned first_weekday_;
};

// Calls `use` with the number of each bit that is set.
template <typename Use>
void for_each_bit(std::uint32_t bits, Use use) {
  for (; bits != 0; bits &= bits - 1) use(static_cast<unsigned>(std::countr_zero(bits)));
}

std::uint32_t by_date(const CronDays& rules, const MonthDays& month) {
  std::uint32_t found = rules.days & month.all();
  for_each_bit(rules.last_days, [&](unsigned before) {
    if (before < month.last()) found |= 1U << (month.last() - before);
  });
  for_each_bit(rules.nearest_workdays, [&](unsigned day) {
    if (day <= month.last()) found |= month.nearest_workday(day);
  });
  for_each_bit(rules.nearest_last_workdays, [&](unsigned before) {
    if (before < month.last()) found |= month.nearest_workday(month.last() - before);
  });
  if (rules.workdays) found |= month.on_weekdays(monday_to_friday);
  return found;
}

std::uint32_t by_weekday(const CronDays& rules, const MonthDays& month) {
  std::uint32_t found = month.on_weekdays(rules.weekdays);
  for (unsigned week = 0; week < rules.nth_weekdays.size(); ++week) {
    const unsigned begin = 1 + 7 * week;
    if (begin > month.last()) break;
    found |= month.weekdays_from(begin, rules.nth_weekdays[week]) << begin;
  }
  const unsigned last_week = month.last() - 6;
  found |= month.weekdays_from(last_week, rules.last_weekdays) << last_week;
  return found & month.all();
}

}  // namespace

std::uint32_t CronDays::in(std::chrono::year_month month) const {
  const MonthDays shape(month);
  const std::uint32_t dates = by_date(*this, shape);
  const std::uint32_t days_of_week = by_weekday(*this, shape);
  if (days_restricted && weekdays_restricted) return dates | days_of_week;
  return dates & days_of_week;
}

}  // namespace gt
