#include "calendar/schedule.h"

#include <algorithm>

namespace gt {

namespace {

constexpr Duration instant{1};

// At the beginning of the calendar there is no firing before; the interval is empty.
Firing firing_at(Time at, std::optional<Time> previous) {
  return {
      .at = at, .logical_date = at, .interval_start = previous.value_or(at), .interval_end = at};
}

std::optional<Time> within_calendar(Time time) {
  if (time < calendar_begin || time >= calendar_end) return std::nullopt;
  return time;
}

}  // namespace

Result<IntervalSchedule> IntervalSchedule::create(Duration every, Time anchor) {
  if (every < std::chrono::seconds{1})
    return Error{Errc::invalid, "the interval is shorter than a second", "10m, 1h30m, 1d"};
  if (!within_calendar(anchor))
    return Error{Errc::invalid, "the anchor is not in the years from 1 to 2399"};
  return IntervalSchedule(every, anchor);
}

// Sums and differences are compared before they are made: an interval may be longer than time can
// be counted.
std::optional<Time> IntervalSchedule::next(Time after) const {
  after = std::clamp(after, calendar_begin - instant, calendar_end);
  const Duration ahead = every_ - since_last(after);
  if (ahead > calendar_end - after) return std::nullopt;
  return within_calendar(after + ahead);
}

std::optional<Time> IntervalSchedule::previous(Time before) const {
  before = std::clamp(before, calendar_begin, calendar_end) - instant;
  const Duration behind = since_last(before);
  if (behind > before - calendar_begin) return std::nullopt;
  return within_calendar(before - behind);
}

Duration IntervalSchedule::since_last(Time time) const {
  const Duration rest = (time - anchor_) % every_;
  return rest < Duration{0} ? rest + every_ : rest;
}

Schedule::Schedule(std::variant<CronSchedule, IntervalSchedule> rule, Time start, Time end)
    : rule_(std::move(rule)), start_(start), end_(end) {}

std::optional<Firing> Schedule::next_firing(Time after) const {
  const auto at = next(after);
  if (!at) return std::nullopt;
  return firing_at(*at, previous(*at));
}

std::optional<Time> Schedule::next(Time after) const {
  after = std::max(after, std::max(start_, calendar_begin) - instant);
  const auto at = std::visit([&](const auto& rule) { return rule.next(after); }, rule_);
  if (!at || *at >= end_) return std::nullopt;
  return at;
}

std::optional<Time> Schedule::previous(Time before) const {
  return std::visit([&](const auto& rule) { return rule.previous(before); }, rule_);
}

Firings::Firings(const Schedule& schedule, Time from, Time to)
    : schedule_(schedule), to_(to), passed_(std::max(from, calendar_begin) - instant) {}

std::optional<Firing> Firings::next() {
  const auto at = schedule_.next(passed_);
  if (!at || *at >= to_) return std::nullopt;
  if (!previous_) previous_ = schedule_.previous(*at);
  const Firing firing = firing_at(*at, previous_);
  passed_ = *at;
  previous_ = at;
  return firing;
}

}  // namespace gt
