#include "calendar/cron_schedule.h"

#include <algorithm>

namespace gt {

using std::chrono::ceil;
using std::chrono::floor;
using std::chrono::minutes;

CronSchedule::CronSchedule(Cron cron, Zone zone, std::optional<MissingTime> missing,
                           std::optional<DuplicateTime> duplicate)
    : cron_(std::move(cron)), zone_(std::move(zone)) {
  const bool is_rhythm = cron_.is_every_hour();
  missing_ = missing.value_or(is_rhythm ? MissingTime::skip : MissingTime::shift);
  duplicate_ = duplicate.value_or(is_rhythm ? DuplicateTime::both : DuplicateTime::first);
}

// Within a stretch instants and what the clocks show run side by side, so the expression alone
// decides. At its end a skipped time may be shifted to the first instant of the following stretch.
std::optional<Time> CronSchedule::next(Time after) const {
  if (after >= calendar_end) return std::nullopt;
  after = std::max(after, calendar_begin - Duration{1});
  const auto& stretches = zone_.stretches();
  std::size_t index = zone_.stretch_at(after);
  // Times up to this one are behind us.
  LocalMinute passed = floor<minutes>(stretches[index].local(after));
  for (;;) {
    const ZoneStretch& stretch = stretches[index];
    for (auto minute = cron_.next(passed); minute; minute = cron_.next(*minute)) {
      const Time at = stretch.instant(*minute);
      if (at >= stretch.end) break;
      if (is_wanted(*minute, at, index)) return at;
    }
    if (index + 1 == stretches.size()) return std::nullopt;
    if (shifts_to_end(index)) return stretch.end;
    ++index;
    passed = ceil<minutes>(stretches[index].local(stretches[index].begin)) - minutes{1};
  }
}

std::optional<Time> CronSchedule::previous(Time before) const {
  if (before <= calendar_begin) return std::nullopt;
  before = std::min(before, calendar_end);
  const auto& stretches = zone_.stretches();
  std::size_t index = zone_.stretch_at(before - Duration{1});
  LocalMinute ahead = ceil<minutes>(stretches[index].local(before));
  for (;;) {
    const ZoneStretch& stretch = stretches[index];
    for (auto minute = cron_.previous(ahead); minute; minute = cron_.previous(*minute)) {
      const Time at = stretch.instant(*minute);
      if (at < stretch.begin) break;
      if (is_wanted(*minute, at, index)) return at;
    }
    if (index == 0) return std::nullopt;
    --index;
    if (shifts_to_end(index)) return stretches[index].end;
    ahead = ceil<minutes>(stretches[index].local(stretches[index].end));
  }
}

bool CronSchedule::is_wanted(LocalMinute minute, Time at, std::size_t index) const {
  if (duplicate_ == DuplicateTime::both) return true;
  // Far from a change there is nothing to look up.
  constexpr std::chrono::hours change_max{26};
  const ZoneStretch& stretch = zone_.stretches()[index];
  if (at - stretch.begin >= change_max && stretch.end - at > change_max) return true;
  const std::vector<Time> instants = zone_.occurrences(minute);
  return at == (duplicate_ == DuplicateTime::first ? instants.front() : instants.back());
}

bool CronSchedule::shifts_to_end(std::size_t index) const {
  if (missing_ == MissingTime::skip) return false;
  const ZoneStretch& before = zone_.stretches()[index];
  const ZoneStretch& after = zone_.stretches()[index + 1];
  const LocalMinute gap = ceil<minutes>(before.local(before.end));
  const auto skipped = cron_.next(gap - minutes{1});
  return skipped && *skipped < after.local(after.begin);
}

}  // namespace gt
