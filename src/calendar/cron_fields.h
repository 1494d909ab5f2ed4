/// Reading cron expressions.
///
///     minute 0-59 | hour 0-23 | day of month 1-31 | month 1-12, jan-dec | day of week 0-7, sun-sat
///
/// - Blanks and tabs separate the fields, capitals are as good as small letters, 0 and 7 are
/// Sunday.
/// - `*`, values, ranges `9-17`, steps `*/5`, `3-40/7`, `5/10` (from 5 to the end of the field),
/// and
///   lists of all these by commas.
/// - A range may go over the end of its field: `fri-mon`, `22-4`, `nov-feb/2`; steps are counted
///   through. croniter, Cronos and libcron read it so; Vixie's cron refuses it or never fires.
///   `5-5` is 5, as in Vixie's cron (croniter: the whole field).
/// - `?` alone is `*` in the day fields.
/// - Day of month: `L` the last day, `L-3` three days before it, `15W` (or `W15`) the day from
/// Monday
///   to Friday nearest to the 15th within the month, `LW` and `L-3W` likewise, `W` every day from
///   Monday to Friday. Also in lists.
/// - Day of week: `5L`, `friL` or `L5` the last Friday of the month, `fri#3` or `5#3` the third
/// one.
///   Also in lists.
/// - If both day fields are restricted, a day of either is enough. A field is restricted unless it
///   has a bare `*` or `?`; `*/2` restricts, as in croniter (Vixie's cron looks at the first
///   letter).
/// - @yearly @annually @monthly @weekly @daily @midnight @hourly.
///
/// Not there: seconds, years, @reboot, and Jenkins' H. A step that is longer than its field is
/// refused: */90 minutes would be once an hour.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "calendar/cron_days.h"

namespace gt {

/// Sets as bits, by value: bit 0 of `months` is unused.
struct CronFields {
  std::uint64_t minutes = 0;
  std::uint32_t hours = 0;
  std::uint16_t months = 0;
  CronDays days;
};

/// Errc::invalid: the message says field, column (from 1) and what is wrong, the hint what would be
/// right. What can never fire (the 30th of February) is refused.
Result<CronFields> parse_cron_fields(std::string_view text);

}  // namespace gt
