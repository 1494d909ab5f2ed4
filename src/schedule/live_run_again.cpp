// What a person wants done again: of an ended run, or of one that goes on.
#include "schedule/live_run.h"

namespace gt {

/// Counters are wrong afterwards; attempts and their numbers stay.
void LiveRun::do_again(const AgainMarks& marks) {
  for (TaskIndex index = marks.first; marks.has(index); ++index) {
    if (marks.of(index) == Again::no) continue;
    Task& task = tasks_[index];
    if (gt::is_ended(task.state) || task.state == TaskState::ready) {
      release_key(index);
      move(index, TaskEvent::reopened);
      task.attempts_before_reopening = task.attempts;
      outputs_.erase(index);
      failures_.erase(index);
    }
    if (marks.of(index) != Again::anew) continue;
    task.anew = true;
    touch(index);
  }
}

void LiveRun::open_run_again(Time now) {
  run_.state = RunState::running;
  run_.cancel = CancelMode::none;
  run_.error.reset();
  run_.started_at = now;
  run_.ended_at.reset();
  timed_out_ = false;
  changes_.run = RunStateChange{RunState::running, now, {}, {}, true, {}};
}

void LiveRun::reopen(Time now, std::string who) {
  // It was ended before it began.
  if (tasks_.empty()) {
    create_tasks(root_scope, no_task);
    first_finally_ = create_tasks(finally_scope, no_task);
  }
  do_again(marks_of_retry(*this));
  open_run_again(now);
  JsonObject details;
  details.set("by", std::move(who));
  details.set("why", "retry");
  add_event(now, "reopened", no_task, std::move(details));
  rebuild();
  if (root_left_ == 0) {
    in_finally_ = false;
    begin_finally(now);
  }
}

/// Those whose time has come and that have not begun yet; groups among them.
std::vector<TaskIndex> LiveRun::due_to_be_tried_again() const {
  std::unordered_set<TaskIndex> not_yet;
  for (auto timers = timers_; !timers.empty(); timers.pop()) not_yet.insert(timers.top().second);
  std::vector<TaskIndex> due;
  for (TaskIndex index = 0; index < tasks_.size(); ++index)
    if (tasks_[index].state == TaskState::retry_wait && !not_yet.contains(index))
      due.push_back(index);
  return due;
}

/// After tasks were moved by hand: all that follows from their states.
void LiveRun::reconsider(Time now) {
  // What is ready is looked up again, which finds equal tasks that run.
  followers_.clear();
  next_lookups_.clear();
  const std::vector<TaskIndex> due = due_to_be_tried_again();
  rebuild();
  for (const TaskIndex task : due) {
    if (tasks_[task].kind == TaskKind::step) {
      enqueue(task, now);
    } else {
      due_groups_.insert(task);
      want_check(task);
    }
  }
  if (root_left_ == 0) {
    in_finally_ = false;
    begin_finally(now);
  }
}

Result<void> LiveRun::clear(const ClearRequest& request, Time now) {
  if (request.mark) return mark(request, now);
  if (!is_ended() && (run_.cancel != CancelMode::none || timed_out_))
    return Error{Errc::conflict, fmt::format("{} is about to end", run_.name()),
                 "clear it when it has ended"};
  const AgainMarks marks = TRY(marks_of_clear(*this, request));
  const bool has_ended = is_ended();
  do_again(marks);
  if (has_ended) open_run_again(now);
  JsonObject details = to_json(request);
  details.set("why", "clear");
  add_event(now, "reopened", no_task, std::move(details));

  reconsider(now);
  return {};
}

}  // namespace gt
