// From failed to tried again: steps by a further attempt, groups by repeating what is inside.
#include <algorithm>

#include "schedule/live_run.h"
#include "schedule/retry.h"
#include "schedule/task_context.h"

namespace gt {

Resources LiveRun::resources_of(TaskIndex index) const {
  Resources resources = step_of(index).settings->resources;
  const auto grown = grown_memory_.find(index);
  if (grown != grown_memory_.end()) resources.memory_bytes = grown->second;
  return resources;
}

std::vector<std::string> LiveRun::gpus_of(TaskIndex index) const {
  const auto found = gpus_.find(index);
  return found == gpus_.end() ? std::vector<std::string>() : found->second;
}

Priority LiveRun::priority_of(TaskIndex index) const {
  return {run_.options.priority.value_or(plan_->pipeline().priority), step_priority(index)};
}

std::int64_t LiveRun::step_priority(TaskIndex index) const {
  if (priorities_.empty()) return step_of(index).settings->priority;
  return priorities_[tasks_[index].step];
}

std::string LiveRun::forced_reason(TaskIndex index) const {
  if (selection_.is_forced(tasks_[index].step)) return "it was asked to run anew";
  for (TaskIndex at = index; at != no_task; at = tasks_[at].parent)
    if (tasks_[at].anew)
      return at == index ? "it was cleared" : fmt::format("{} was cleared", task_path(at));
  for (TaskIndex group = enclosing_group(index); group != no_task; group = enclosing_group(group)) {
    const Task& task = tasks_[group];
    const bool is_again = task.attempts - task.attempts_before_reopening > 1;
    if (is_again && step_of(group).settings->retry.whole)
      return fmt::format("{} is tried again as a whole", task_path(group));
  }
  return {};
}

/// Whether nothing is tried again, because the run or the matrix around the task is to end.
bool LiveRun::is_stopping(TaskIndex index) const {
  const bool run_stops = run_.cancel != CancelMode::none || timed_out_;
  if (run_.cancel == CancelMode::kill) return true;
  if (run_stops && !is_sheltered(index)) return true;
  const TaskIndex asked = index;
  for (; index != no_task; index = tasks_[index].parent) {
    if (tasks_[index].item < 0 && step_of(index).is_teardown()) return false;
    if (tasks_[index].item < 0) continue;
    // `finally` of a pipeline that is called as an item goes on.
    if (index != asked && is_below_finally(asked, index)) return false;
    const bool ends_early = step_of(index).settings->matrix->fail_fast;
    if (ends_early && container(tasks_[index].parent).ended.failed > 0) return true;
  }
  return false;
}

void LiveRun::put_off(TaskIndex index, const AttemptFailed& failure, Time now, Duration wait) {
  const Time next_at = now + wait;
  move(index, TaskEvent::failed_will_retry);
  release_place(index, now);
  timers_.emplace(next_at, index);
  failures_[index] = failure;
  TaskChange& change = touch(index);
  change.cause = failure.cause;
  change.message = failure.message;
  change.exit_code = failure.exit_code;
  change.next_at = next_at;
}

/// False if the group has no attempt left, and for a matrix, whose items have the attempts.
bool LiveRun::put_off_group(TaskIndex index, const AttemptFailed& failure, Time now) {
  const Task& task = tasks_[index];
  const Retry& retry = step_of(index).settings->retry;
  const std::uint32_t tried = task.attempts - task.attempts_before_reopening;
  if (task.kind != TaskKind::group || tried > retry.limit || retry.limit == 0 || is_stopping(index))
    return false;
  put_off(index, failure, now, retry_delay(retry, tried));
  return true;
}

void LiveRun::grow(TaskIndex index, const AttemptFailed& failure) {
  const Growth& growth = step_of(index).settings->retry.growth;
  const std::int64_t bytes = resources_of(index).memory_bytes;
  if (failure.cause != Cause::out_of_memory || growth.memory_factor <= 1 || bytes == 0) return;
  grown_memory_[index] = grown_memory(growth, bytes);
  touch(index).memory_bytes = grown_memory_[index];
}

void LiveRun::wake_due(Time now) {
  while (!timers_.empty() && timers_.top().first <= now) {
    const TaskIndex index = timers_.top().second;
    // Not before what failed inside is recorded, and told.
    if (tasks_[index].kind == TaskKind::group && tasks_[index].pending != UINT32_MAX) break;
    timers_.pop();
    if (tasks_[index].state == TaskState::deferred) wake_wait(index, now);
    if (tasks_[index].state != TaskState::retry_wait) continue;
    if (tasks_[index].kind == TaskKind::step) {
      enqueue(index, now);
    } else {
      due_groups_.insert(index);
      want_check(index);
    }
  }
}

void LiveRun::count_group_attempt(TaskIndex index) {
  if (tasks_[index].kind != TaskKind::group || step_of(index).settings->retry.limit == 0) return;
  ++tasks_[index].attempts;
  touch(index);
}

std::vector<TaskIndex> LiveRun::tasks_below(TaskIndex index) const {
  std::vector<TaskIndex> below;
  const auto add_children = [&](TaskIndex parent) {
    for (const TaskIndex child : children(parent)) below.push_back(child);
  };
  add_children(index);
  for (std::size_t i = 0; i < below.size(); ++i) add_children(below[i]);
  return below;
}

void LiveRun::restart_group(TaskIndex group, Time now) {
  if (tasks_[group].item >= 0) {
    if (hold_back(group)) return;
    ++container(tasks_[group].parent).active;
  }
  due_groups_.erase(group);
  move(group, TaskEvent::expanded);
  count_group_attempt(group);
  begin_call(group, now);

  do_again(marks_of_group_retry(*this, group, step_of(group).settings->retry.whole));
  const std::vector<TaskIndex> below = tasks_below(group);
  recount_below(group, below);
  for (const TaskIndex index : below) want_check(index);
}

/// The counters of a group and of all that is inside, of which nothing runs.
void LiveRun::recount_below(TaskIndex group, const std::vector<TaskIndex>& below) {
  const auto reset = [&](TaskIndex index) {
    if (tasks_[index].container == UINT32_MAX) return;
    Container& inside = container(index);
    inside.children_left = inside.body_left = inside.active = inside.cancelled = 0;
    inside.ended = {};
    inside.held_back.clear();
  };
  reset(group);
  for (const TaskIndex index : below) {
    reset(index);
    Task& task = tasks_[index];
    task.counts = {};
    if (task.item < 0)
      task.counts.total = static_cast<std::uint32_t>(plan_->upstream(task.step).size());
  }
  for (const TaskIndex index : below) {
    if (!gt::is_ended(tasks_[index].state)) {
      Container& around = container(tasks_[index].parent);
      ++around.children_left;
      if (!waits_for_others(index)) ++around.body_left;
    }
    rebuild_container(index);
  }
}

/// A matrix or group whose parts exist from an earlier attempt of a group around it.
void LiveRun::enter_again(TaskIndex index, Time now) {
  if (const auto given = evaluate_arguments(index); !given)
    return fail(index, failure_of_expression(given.error(), "params"), now);
  move(index, TaskEvent::expanded);
  touch(index).started_at = now;
  note_deadline(index, now);
  count_group_attempt(index);
  for (const TaskIndex child : children(index)) want_check(child);
  if (container(index).children_left == 0) finish_container(index, now);
}

}  // namespace gt
