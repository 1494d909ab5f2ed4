/// Time zones by their IANA names: what the clocks of a place show, and when they are changed.
///
/// The rules are read once, from /usr/share/zoneinfo (or $TZDIR), by Abseil; UTC needs no file.
/// What is known after that is a plain list, so nothing here depends on the machine's own zone.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "calendar/span.h"

namespace gt {

/// [begin, end): the clocks are `offset` ahead of UTC all the time.
struct ZoneStretch {
  Time begin;
  Time end;
  std::chrono::seconds offset;

  std::chrono::local_time<Duration> local(Time time) const {
    return std::chrono::local_time<Duration>(time.time_since_epoch() + offset);
  }
  Time instant(LocalMinute local) const { return Time(local.time_since_epoch() - offset); }
};

/// A value that is cheap to copy. Threads: any.
class Zone {
 public:
  /// Europe/Berlin. Errc::invalid for what is no such name, with the nearest one in the hint;
  /// Errc::unavailable where the machine has no time zones, or one that is damaged. The machine's
  /// own zone ("localtime") is refused: the same schedule would mean something else elsewhere.
  static Result<Zone> open(std::string_view name);
  /// Whether there is such a zone, with the errors of open(); it takes no half of a millisecond to
  /// list the changes.
  static Result<void> check(std::string_view name);

  const std::string& name() const { return name_; }
  /// What the clocks show.
  std::chrono::local_time<Duration> local(Time time) const;
  /// The instants at which the clocks show this minute, in order: none if they skip it, two if they
  /// are put back over it.
  std::vector<Time> occurrences(LocalMinute minute) const;

  /// From calendar_begin to calendar_end without a hole; neighbours have different offsets.
  const std::vector<ZoneStretch>& stretches() const { return *stretches_; }
  /// The index of the one that holds the instant; of the first or last one for instants outside.
  std::size_t stretch_at(Time time) const;

 private:
  Zone(std::string name, std::vector<ZoneStretch> stretches);

  std::string name_;
  // Shared by copies; nothing changes it.
  std::shared_ptr<const std::vector<ZoneStretch>> stretches_;
};

}  // namespace gt
