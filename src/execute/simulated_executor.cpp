#include "execute/simulated_executor.h"

#include <algorithm>

namespace gt {

void SimulatedExecutor::start(Launch launch) {
  const AttemptId id = launch.attempt;
  std::uint32_t& newest = numbers_[{id.run, id.task}];
  if (attempts_.contains(id)) return;
  if (id.number <= newest) {
    // Acknowledged before: a real executor finds the exit record and says so again; the engine
    // must not have asked, since it recorded the end.
    violations_.push_back(
        fmt::format("attempt {} of {} was started again after its end was recorded", id.number,
                    launch.task_path));
    return;
  }
  const auto before = attempts_.find({id.run, id.task, newest});
  if (newest > 0 && before != attempts_.end() && before->second.end_at > now())
    violations_.push_back(fmt::format("{} runs twice at once", launch.task_path));
  newest = id.number;
  ++started_;
  SimulatedCourse course = behaviour_(launch);
  const Time start_at = now() + course.until_started;
  Attempt attempt{start_at, start_at + course.until_ended, std::move(course.outcome), false,
                  launch.outside_name};
  agenda_.emplace(attempt.start_at, id);
  agenda_.emplace(attempt.end_at, id);
  attempts_.emplace(id, std::move(attempt));
}

void SimulatedExecutor::adopt(Launch launch) {
  const auto found = attempts_.find(launch.attempt);
  if (found != attempts_.end()) return;
  AttemptFailed lost{Cause::lost, "the attempt cannot be found any more", {}, {}};
  attempts_.emplace(launch.attempt, Attempt{now(), now(), std::move(lost)});
  agenda_.emplace(now(), launch.attempt);
}

std::vector<AttemptEvent> SimulatedExecutor::poll() {
  std::vector<AttemptEvent> events;
  for (const AttemptId& id : ended_) {
    const Attempt& attempt = attempts_.at(id);
    events.push_back({id, AttemptEnded{by_wall_clock(attempt.end_at), attempt.outcome, {}, 0}});
  }
  while (!agenda_.empty() && agenda_.begin()->first <= now()) {
    const AttemptId id = agenda_.begin()->second;
    agenda_.erase(agenda_.begin());
    const auto found = attempts_.find(id);
    if (found == attempts_.end()) continue;
    Attempt& attempt = found->second;
    if (!attempt.start_told && attempt.start_at <= now()) {
      attempt.start_told = true;
      events.push_back({id, AttemptStarted{by_wall_clock(attempt.start_at)}});
    }
    if (attempt.end_at <= now() && std::ranges::find(ended_, id) == ended_.end()) {
      ended_.push_back(id);
      events.push_back({id, AttemptEnded{by_wall_clock(attempt.end_at), attempt.outcome, {}, 0}});
    }
  }
  return events;
}

void SimulatedExecutor::acknowledge(std::span<const AttemptId> attempts) {
  for (const AttemptId& id : attempts) {
    const auto found = std::ranges::find(ended_, id);
    if (found == ended_.end()) continue;
    ended_.erase(found);
    attempts_.erase(id);
  }
}

void SimulatedExecutor::stop(const AttemptId& id, StopMode mode) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end() || found->second.end_at <= now()) return;
  Attempt& attempt = found->second;
  const Duration grace = mode == StopMode::kill ? Duration(0) : std::chrono::milliseconds(10);
  attempt.end_at = std::min(attempt.end_at, now() + grace);
  attempt.start_at = std::min(attempt.start_at, attempt.end_at);
  attempt.outcome = AttemptFailed{Cause::cancelled, "stopped on request", {}, 15};
  agenda_.emplace(attempt.end_at, id);
}

bool SimulatedExecutor::has_ended(const std::string& outside_name) {
  return std::ranges::any_of(attempts_, [&](const auto& entry) {
    return entry.second.outside_name == outside_name && entry.second.end_at <= now();
  });
}

std::optional<Time> SimulatedExecutor::next_event() const {
  if (!ended_.empty()) return clock_.now();
  if (agenda_.empty()) return std::nullopt;
  return by_wall_clock(agenda_.begin()->first);
}

}  // namespace gt
