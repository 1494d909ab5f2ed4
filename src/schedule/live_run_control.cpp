// Runs that a person holds, runs and tasks that are late, and what receivers may be told of.
#include <algorithm>

#include "base/text.h"
#include "schedule/live_run.h"

namespace gt {

void LiveRun::pause() {
  if (is_ended() || is_paused() || run_.cancel != CancelMode::none || timed_out_) return;
  run_.state = RunState::paused;
  // One that has not started is recorded as paused by whoever asked.
  if (run_.started_at) touch_run(run_.state);
}

void LiveRun::unpause() {
  if (!is_paused()) return;
  run_.state = run_.started_at ? RunState::running : RunState::queued;
  if (run_.started_at) touch_run(run_.state);
}

std::optional<Time> LiveRun::notice_deadline(Time now) {
  const std::optional<Time> due = deadline();
  if (!due || has_missed_deadline_ || is_ended()) return std::nullopt;
  if (now < *due) return due;
  has_missed_deadline_ = true;
  JsonObject details;
  details.set("deadline", format_time(*due));
  add_event(now, "deadline_missed", no_task, std::move(details));
  changes_.notices.push_back(
      {.kind = NotificationKind::deadline_missed, .at = now, .deadline = *due});
  return std::nullopt;
}

/// Of a matrix the whole: its items have none.
void LiveRun::await_deadline(TaskIndex index) {
  const Task& task = tasks_[index];
  if (task.item >= 0 || gt::is_ended(task.state) || late_tasks_.contains(index)) return;
  const auto& deadline = plan_->step(task.step).settings->deadline;
  if (deadline) task_deadlines_.emplace(*deadline, index);
}

std::optional<Time> LiveRun::late_since(TaskIndex index) const {
  const auto found = late_tasks_.find(index);
  return found == late_tasks_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Time> LiveRun::notice_task_deadlines(Time now) {
  if (!run_.started_at) return std::nullopt;
  const Time start = *run_.started_at + clock_set_by_;
  while (!task_deadlines_.empty()) {
    const auto [after, index] = task_deadlines_.top();
    const Time due = start + after;
    if (now < due) return due;
    task_deadlines_.pop();
    if (gt::is_ended(tasks_[index].state) || !late_tasks_.emplace(index, now).second) continue;
    add_event(now, "deadline_missed", index, {{"deadline", format_time(due)}});
    changes_.notices.push_back({.kind = NotificationKind::deadline_missed,
                                .at = now,
                                .task = task_path(index),
                                .deadline = due});
  }
  return std::nullopt;
}

/// Of a failure the first task that failed by itself, in the order of the tasks.
void LiveRun::add_end_notice(Time now) {
  RunNotice notice{.at = now};
  switch (run_.state) {
    case RunState::succeeded:
      notice.kind = NotificationKind::succeeded;
      break;
    case RunState::cancelled:
      notice.kind = NotificationKind::cancelled;
      break;
    default:
      notice.kind = NotificationKind::failed;
  }
  if (run_.error) {
    notice.cause = run_.error->cause;
    notice.error = run_.error->message;
  } else if (notice.kind == NotificationKind::failed) {
    TaskIndex first = no_task;
    for (const auto& [index, failure] : failures_)
      if (tasks_[index].kind == TaskKind::step && counts_as_failure(index))
        first = first == no_task ? index : std::min(first, index);
    if (first != no_task) {
      const AttemptFailed& failure = failures_.at(first);
      notice.task = task_path(first);
      notice.cause = failure.cause;
      notice.error = failure.message;
    }
  }
  changes_.notices.push_back(std::move(notice));
}

}  // namespace gt
