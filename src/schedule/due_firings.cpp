#include "schedule/due_firings.h"

#include <algorithm>
#include <iterator>

namespace gt {

namespace {

/// The instants of firings are in steps of this.
constexpr Duration tick = Duration(1);

std::vector<Firing> all_in(const Schedule& schedule, Time after, Time until) {
  std::vector<Firing> found;
  Firings firings(schedule, after + tick, until + tick);
  while (auto next = firings.next()) found.push_back(*next);
  return found;
}

/// The last `count` in (after, until], found by a window that grows back from the end: a second's
/// rhythm may have passed a hundred million times.
std::vector<Firing> last_in(const Schedule& schedule, Time after, Time until, std::size_t count) {
  Duration window = std::chrono::minutes(1);
  for (;;) {
    const bool is_all = until - after <= window;
    std::vector<Firing> found = all_in(schedule, is_all ? after : until - window, until);
    if (is_all || found.size() >= count) {
      if (found.size() > count)
        found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(count));
      return found;
    }
    window *= 4;
  }
}

std::size_t wanted_of_missed(Catchup catchup, std::int64_t catchup_max, bool is_one_on_time) {
  if (catchup == Catchup::all)
    return static_cast<std::size_t>(std::max<std::int64_t>(catchup_max, 0));
  // What is on time takes up all that came before.
  return catchup == Catchup::last && !is_one_on_time ? 1 : 0;
}

}  // namespace

DueFirings due_firings(const Schedule& schedule, Catchup catchup, std::int64_t catchup_max,
                       Time decided_until, Time now) {
  DueFirings due;
  if (now <= decided_until) return due;
  const Time on_time_after = std::max(decided_until, now - firing_late_max);
  std::vector<Firing> on_time = all_in(schedule, on_time_after, now);
  const std::size_t wanted = wanted_of_missed(catchup, catchup_max, !on_time.empty());
  if (wanted > 0 && on_time_after > decided_until)
    due.firings = last_in(schedule, decided_until, on_time_after, wanted);
  const auto first = schedule.next_firing(decided_until);
  if (first && first->at <= on_time_after &&
      (due.firings.empty() || first->at < due.firings.front().at))
    due.first_missed = first->at;
  std::ranges::move(on_time, std::back_inserter(due.firings));
  return due;
}

Time decided_at_first(const Schedule& schedule, Catchup catchup, Time now) {
  if (catchup == Catchup::none || schedule.start() == calendar_begin) return now;
  return std::min(now, schedule.start() - tick);
}

}  // namespace gt
