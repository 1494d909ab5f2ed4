/// The days that the two day fields of a cron expression name, month by month. Pure; threads: any.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace gt {

/// Sets are bits: bit d is the day d of a month, bit w the weekday w with Sunday as 0.
struct CronDays {
  /// `1-5`.
  std::uint32_t days = 0;
  /// Bit n: `L-n`, n days before the last one.
  std::uint32_t last_days = 0;
  /// Bit d: `dW`, the day from Monday to Friday that is nearest to the day d within its month. A
  /// month without a day d has none (as in Cronos; croniter takes the month's last day instead).
  std::uint32_t nearest_workdays = 0;
  /// Bit n: `L-nW`.
  std::uint32_t nearest_last_workdays = 0;
  /// `W`: every day from Monday to Friday.
  bool workdays = false;
  /// Whether the field of days of the month says anything: it has no bare `*` or `?`.
  bool days_restricted = true;

  /// `1-5`, `mon`.
  std::uint8_t weekdays = 0;
  /// [n - 1] bit w: `w#n`, the n-th weekday w of the month. A month without a fifth one has none.
  std::array<std::uint8_t, 5> nth_weekdays = {};
  /// Bit w: `wL`, the last weekday w of the month.
  std::uint8_t last_weekdays = 0;
  bool weekdays_restricted = true;

  /// The days of this month on which it fires: those of either field if both are restricted, as
  /// POSIX and every cron say, else those of both.
  std::uint32_t in(std::chrono::year_month month) const;
};

}  // namespace gt
