/// A cron expression on the clocks of a place.
#pragma once

#include <optional>

#include "base/clock.h"
#include "calendar/cron.h"
#include "calendar/zone.h"

namespace gt {

/// What to do with a time that the clocks skip, as they are put forward.
enum class MissingTime {
  shift,  ///< it is the first instant after the change; several such times are one
  skip,   ///< it is left out
};

/// What to do with a time that the clocks show twice, as they are put back.
enum class DuplicateTime {
  first,
  last,
  both,
};

/// Threads: any.
class CronSchedule {
 public:
  /// An expression with minutes in every hour means a rhythm: without policies its missing times
  /// are skipped, and both of its duplicates fire, as the clocks go on. Any other one means times
  /// of day: those are shifted, and fire once, at the first. docs/adr/0010 says why.
  CronSchedule(Cron cron, Zone zone, std::optional<MissingTime> missing = std::nullopt,
               std::optional<DuplicateTime> duplicate = std::nullopt);

  /// The first firing after this instant, the last one before it; the instant itself does not
  /// count. nullopt outside of [calendar_begin, calendar_end). Instants are whole minutes wherever
  /// the offset is one.
  std::optional<Time> next(Time after) const;
  std::optional<Time> previous(Time before) const;

  const Cron& cron() const { return cron_; }
  const Zone& zone() const { return zone_; }
  MissingTime missing() const { return missing_; }
  DuplicateTime duplicate() const { return duplicate_; }

 private:
  // Whether the policy for duplicates lets the minute fire at this one of its instants.
  bool is_wanted(LocalMinute minute, Time at, std::size_t stretch) const;
  // Whether a time that fits is skipped between this stretch and the one after it, and shifted.
  bool shifts_to_end(std::size_t stretch) const;

  Cron cron_;
  Zone zone_;
  MissingTime missing_;
  DuplicateTime duplicate_;
};

}  // namespace gt
