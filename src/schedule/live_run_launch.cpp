// From ready to launched: who is next, and what it was given.
#include <algorithm>

#include "schedule/live_run.h"

namespace gt {

/// Whether the task must wait for others to end; it is then kept for later.
bool LiveRun::is_held_back(TaskIndex index) {
  return (tasks_[index].item >= 0 && hold_back(index)) || hold_back_in_calls(index);
}

/// Whether the item must wait for another item of its matrix to end; it is then kept for later.
bool LiveRun::hold_back(TaskIndex index) {
  const auto& limit = step_of(index).settings->matrix->max_parallel;
  Container& items = container(tasks_[index].parent);
  if (!limit || items.active < *limit) return false;
  items.held_back.push_back(index);
  return true;
}

bool LiveRun::run_is_full() const {
  const auto& limit = plan_->pipeline().max_parallel;
  return limit && running_tasks_ >= *limit;
}

void LiveRun::enqueue(TaskIndex index, Time now) {
  const Step& step = step_of(index);
  launch_queue_.push_back(index, claim_of(step), step_priority(index), now);
}

/// It had its turn before, and was held back.
void LiveRun::push_front(TaskIndex index, Time now) {
  const Step& step = step_of(index);
  launch_queue_.push_front(index, claim_of(step), step_priority(index), now);
}

/// False for what is to leave the queue.
bool LiveRun::is_to_launch(TaskIndex index) {
  const Task& task = tasks_[index];
  const bool is_ready = task.state == TaskState::ready || task.state == TaskState::retry_wait;
  return is_ready && !is_held_back(index);
}

LaunchWish LiveRun::wish_of(const LaunchQueue::Entry& entry, const Claim& claim) const {
  return {.run = run_.id,
          .task = entry.task,
          .wanted = resources_of(entry.task),
          .cpu_in_use = used_.cpu,
          .priority = priority_of(entry.task),
          .since = entry.since,
          .claim = claim.empty() ? nullptr : &claim};
}

std::optional<LaunchWish> LiveRun::next_launch() {
  if (is_ended() || is_paused() || run_is_full()) return std::nullopt;
  const auto* entry = launch_queue_.front([this](TaskIndex index) { return is_to_launch(index); });
  if (!entry) return std::nullopt;
  return wish_of(*entry, launch_queue_.claim());
}

std::vector<LaunchWish> LiveRun::refused_launches() {
  std::vector<LaunchWish> wishes;
  if (is_ended() || is_paused()) return wishes;
  for (const LaunchQueue::Refused& refused :
       launch_queue_.refused([this](TaskIndex index) { return is_to_launch(index); }))
    wishes.push_back(wish_of(refused.entry, *refused.claim));
  return wishes;
}

AttemptId LiveRun::launch_next(const Capacity& capacity, Time now, std::vector<std::string> gpus) {
  const TaskIndex index = launch_queue_.pop_front();
  Task& task = tasks_[index];
  const bool is_first = task.attempts == task.attempts_before_reopening;
  move(index, TaskEvent::launched);
  ++task.attempts;
  if (is_first) touch(index).started_at = now;
  // More than there is cannot be given.
  if (const auto grown = grown_memory_.find(index);
      grown != grown_memory_.end() && capacity.memory_bytes > 0) {
    grown->second = std::min(grown->second, capacity.memory_bytes);
    touch(index).memory_bytes = grown->second;
  }
  const Resources resources = resources_of(index);
  used_.take(resources);
  take_places(index);
  if (task.item >= 0) ++container(task.parent).active;
  const AttemptId id{run_.id, index, task.attempts};
  if (!gpus.empty()) gpus_[index] = gpus;
  changes_.opened.push_back({id, outside_name(run_.uuid, id), now, resources.memory_bytes,
                             step_of(index).settings->pools, std::move(gpus)});
  return id;
}

std::vector<AttemptId> LiveRun::freed_claims() const {
  std::vector<AttemptId> freed;
  for (const AttemptClosed& closed : changes_.closed)
    if (closed.has_claim) freed.push_back(closed.id);
  return freed;
}

void LiveRun::refuse_next(bool is_outranked, Time now) {
  launch_queue_.refuse_front(is_outranked, now);
}

void LiveRun::fail_next(AttemptFailed failure, Time now) {
  fail(launch_queue_.pop_front(), std::move(failure), now);
}

}  // namespace gt
