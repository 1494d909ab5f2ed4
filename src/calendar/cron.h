/// Cron expressions: five fields that say at which minutes of a wall clock something happens. Time
/// zones are not their matter; see calendar/schedule.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "calendar/cron_fields.h"
#include "calendar/span.h"

namespace gt {

/// A cron expression that fires at least once. Threads: any.
class Cron {
 public:
  /// The language and the errors are in calendar/cron_fields.h.
  static Result<Cron> parse(std::string_view text);

  /// The first minute that fits after the given one, which does not count; nullopt beyond
  /// calendar_last_year. Costs a few bit operations for each month that is passed.
  std::optional<LocalMinute> next(LocalMinute after) const;
  /// The last minute that fits before the given one, which does not count; nullopt before
  /// calendar_first_year.
  std::optional<LocalMinute> previous(LocalMinute before) const;
  bool fits(LocalMinute minute) const;

  /// Whether each of the 24 hours has a minute that fits: then it means a rhythm, not times of day.
  bool is_every_hour() const;
  /// As it was written, without blanks around it.
  const std::string& text() const { return text_; }

 private:
  Cron(CronFields fields, std::string text) : fields_(fields), text_(std::move(text)) {}

  // The first fitting day from this one on; the last one up to it.
  std::optional<std::chrono::local_days> day_from(std::chrono::local_days day) const;
  std::optional<std::chrono::local_days> day_until(std::chrono::local_days day) const;
  // The same for minutes of a day, 0 to 1439.
  std::optional<std::chrono::minutes> time_from(std::chrono::minutes time) const;
  std::optional<std::chrono::minutes> time_until(std::chrono::minutes time) const;

  CronFields fields_;
  std::string text_;
};

/// Where in the text the error of Cron::parse is, from 0, which its message names as a column from
/// 1; for those who know where the text itself stands. nullopt for an empty text.
std::optional<std::size_t> offset_of_cron_error(const Error& error);

}  // namespace gt
