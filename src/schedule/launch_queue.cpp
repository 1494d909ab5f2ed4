#include "schedule/launch_queue.h"

#include <algorithm>
#include <tuple>

namespace gt {

LaunchQueue::Lane& LaunchQueue::lane_of(const Claim& claim) {
  const auto found = std::ranges::find(lanes_, claim, &Lane::claim);
  if (found != lanes_.end()) return *found;
  lanes_.push_back({.claim = claim, .entries = {}});
  return lanes_.back();
}

void LaunchQueue::push_back(TaskIndex task, const Claim& claim, std::int64_t priority, Time now) {
  lane_of(claim).entries[priority].push_back({task, priority, ++last_place_, now});
}

void LaunchQueue::push_front(TaskIndex task, const Claim& claim, std::int64_t priority, Time now) {
  lane_of(claim).entries[priority].push_front({task, priority, --first_place_, now});
}

void LaunchQueue::pop(Lane& lane) {
  auto first = lane.entries.begin();
  first->second.pop_front();
  if (first->second.empty()) lane.entries.erase(first);
}

LaunchQueue::Entry* LaunchQueue::head(Lane& lane, const std::function<bool(TaskIndex)>& is_ready) {
  while (!lane.entries.empty()) {
    Entry& entry = lane.entries.begin()->second.front();
    if (is_ready(entry.task)) {
      // What waited was another one.
      if (lane.refused != entry.task) {
        lane.refused = no_task;
        lane.waits = false;
        lane.outranked_since.reset();
      }
      return &entry;
    }
    pop(lane);
  }
  lane.refused = no_task;
  lane.waits = false;
  return nullptr;
}

const LaunchQueue::Entry* LaunchQueue::front(const std::function<bool(TaskIndex)>& is_ready) {
  const Entry* best = nullptr;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const Entry* const entry = head(lanes_[i], is_ready);
    if (!entry || lanes_[i].waits) continue;
    if (best && std::make_tuple(-best->priority, best->place) <
                    std::make_tuple(-entry->priority, entry->place))
      continue;
    best = entry;
    front_lane_ = i;
  }
  return best;
}

TaskIndex LaunchQueue::pop_front() {
  Lane& lane = lanes_[front_lane_];
  const TaskIndex task = lane.entries.begin()->second.front().task;
  pop(lane);
  lane.refused = no_task;
  lane.outranked_since.reset();
  return task;
}

void LaunchQueue::refuse_front(bool is_outranked, Time now) {
  Lane& lane = lanes_[front_lane_];
  lane.refused = lane.entries.begin()->second.front().task;
  lane.waits = true;
  if (!is_outranked)
    lane.outranked_since.reset();
  else if (!lane.outranked_since)
    lane.outranked_since = now;
}

void LaunchQueue::ask_again() {
  for (Lane& lane : lanes_) lane.waits = false;
}

std::vector<LaunchQueue::Refused> LaunchQueue::refused(
    const std::function<bool(TaskIndex)>& is_ready) {
  std::vector<Refused> all;
  for (Lane& lane : lanes_) {
    if (lane.refused == no_task) continue;
    const Entry* const entry = head(lane, is_ready);
    if (entry && lane.refused == entry->task)
      all.push_back({*entry, &lane.claim, lane.outranked_since});
  }
  return all;
}

void LaunchQueue::clear() { lanes_.clear(); }

}  // namespace gt
