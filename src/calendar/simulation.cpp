#include "calendar/simulation.h"

#include <algorithm>

namespace gt {

namespace {

std::vector<const Schedule*> pointers(const std::vector<SimulatedSchedule>& schedules) {
  std::vector<const Schedule*> all;
  for (const SimulatedSchedule& one : schedules) all.push_back(one.schedule);
  return all;
}

bool fires(const ClockEffect& effect) {
  return effect.kind == ClockEffect::Kind::shifted || effect.kind == ClockEffect::Kind::repeated;
}

}  // namespace

Simulation::Simulation(const std::vector<SimulatedSchedule>& schedules, const SimulatedSpan& span)
    : firings_(pointers(schedules), span.from, span.to), next_firing_(firings_.next()) {
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    for (const ClockEffect& effect : clock_effects(*schedules[i].schedule, span.from, span.to))
      (fires(effect) ? marks_ : left_out_).push_back({i, effect});
    if (span.run_duration) forecasts_.emplace_back(schedules[i].overlap, *span.run_duration);
  }
  const auto time_of = [](const Effect& one) { return one.effect.at; };
  std::ranges::stable_sort(marks_, {}, time_of);
  std::ranges::stable_sort(left_out_, {}, time_of);
}

std::optional<SimulatedLine> Simulation::next() {
  if (left_out_told_ < left_out_.size()) {
    const Effect& left_out = left_out_[left_out_told_];
    if (!next_firing_ || left_out.effect.at <= next_firing_->firing.at) {
      ++left_out_told_;
      return SimulatedLine{
          .schedule = left_out.schedule, .firing = std::nullopt, .effects = {left_out.effect}};
    }
  }
  if (!next_firing_) return std::nullopt;
  SimulatedLine line = line_of(*next_firing_);
  next_firing_ = firings_.next();
  return line;
}

SimulatedLine Simulation::line_of(const MergedFirings::Next& next) {
  const Time at = next.firing.at;
  SimulatedLine line{.schedule = next.schedule, .firing = next.firing};
  while (marks_told_ < marks_.size() && marks_[marks_told_].effect.at < at) ++marks_told_;
  for (std::size_t i = marks_told_; i < marks_.size() && marks_[i].effect.at == at; ++i)
    if (marks_[i].schedule == next.schedule) line.effects.push_back(marks_[i].effect);
  if (!forecasts_.empty()) line.overlap = forecasts_[next.schedule].next(at);
  return line;
}

}  // namespace gt
