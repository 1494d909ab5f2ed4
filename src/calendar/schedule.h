/// When something happens again and again: by a cron expression or by a fixed distance, from a
/// start to an end.
#pragma once

#include <optional>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "calendar/cron_schedule.h"

namespace gt {

/// A run begins at the time that the schedule names, not one interval later. Its logical date is
/// that same instant; the data that it may want is what came since the firing before.
struct Firing {
  Time at;
  /// Equal to `at`.
  Time logical_date;
  /// [interval_start, interval_end): from the previous firing, also if that was before the start of
  /// the schedule, to this one.
  Time interval_start;
  Time interval_end;

  bool operator==(const Firing&) const = default;
};

/// At `anchor`, and at every multiple of `every` before and after it. Zones and their changes are
/// not asked: "every 24 h" is not "every day". Threads: any.
class IntervalSchedule {
 public:
  /// Errc::invalid if `every` is less than a second, or the anchor outside of the calendar.
  static Result<IntervalSchedule> create(Duration every, Time anchor);

  /// As those of CronSchedule.
  std::optional<Time> next(Time after) const;
  std::optional<Time> previous(Time before) const;

 private:
  IntervalSchedule(Duration every, Time anchor) : every_(every), anchor_(anchor) {}

  // From the last multiple up to this instant, which may be one itself.
  Duration since_last(Time time) const;

  Duration every_;
  Time anchor_;
};

/// Threads: any.
class Schedule {
 public:
  /// Fires in [start, end).
  explicit Schedule(std::variant<CronSchedule, IntervalSchedule> rule, Time start = calendar_begin,
                    Time end = calendar_end);

  /// The first one after this instant, which does not count; nullopt if none follows.
  std::optional<Firing> next_firing(Time after) const;

  /// nullptr for an interval.
  const CronSchedule* cron() const { return std::get_if<CronSchedule>(&rule_); }
  Time start() const { return start_; }
  Time end() const { return end_; }

 private:
  friend class Firings;
  std::optional<Time> next(Time after) const;
  // Without regard to the start.
  std::optional<Time> previous(Time before) const;

  std::variant<CronSchedule, IntervalSchedule> rule_;
  Time start_;
  Time end_;
};

/// The firings of a schedule in [from, to), one after another. The schedule must live longer.
/// Threads: one.
class Firings {
 public:
  Firings(const Schedule& schedule, Time from, Time to);

  /// nullopt after the last one.
  std::optional<Firing> next();

 private:
  const Schedule& schedule_;
  Time to_;
  Time passed_;
  // The firing before the next one, once that is known.
  std::optional<Time> previous_;
};

}  // namespace gt
