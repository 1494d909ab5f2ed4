// What a person says has become of tasks.
#include "base/text.h"
#include "schedule/find_tasks.h"
#include "schedule/live_run.h"
#include "schedule/task_context.h"

namespace gt {

Result<std::vector<TaskIndex>> LiveRun::tasks_to_mark(const ClearRequest& request) const {
  std::vector<TaskIndex> named;
  for (const std::string& path : request.tasks) {
    std::vector<TaskIndex> tasks;
    for (const TaskIndex task : TRY(find_tasks(*this, path))) {
      if (tasks_[task].kind == TaskKind::matrix && children(task).size() > 0)
        tasks.insert(tasks.end(), children(task).begin(), children(task).end());
      else
        tasks.push_back(task);
    }
    for (const TaskIndex task : tasks) {
      const TaskState state = tasks_[task].state;
      if (tasks_[task].kind != TaskKind::step)
        return Error{Errc::conflict, fmt::format("{} is what its parts are", task_path(task)),
                     fmt::format("mark these, as `geartrain show {}` lists them", run_.name())};
      if (state == TaskState::queued || state == TaskState::running)
        return Error{Errc::conflict,
                     fmt::format("{} is {}: a task is marked when nothing of it runs",
                                 task_path(task), to_text(state)),
                     fmt::format("wait for it, or `geartrain cancel {}` first", run_.name())};
      named.push_back(task);
    }
  }
  return named;
}

void LiveRun::set_mark(TaskIndex index, const ClearRequest& request, Time now) {
  const TaskMark mark{index, request.mark->as, request.by, request.mark->comment, now};
  JsonObject details{{"as", to_text(mark.as)},
                     {"by", mark.by},
                     {"comment", mark.comment},
                     {"was", to_text(tasks_[index].state)}};
  const bool succeeds = mark.as == TaskState::succeeded;
  move(index, succeeds ? TaskEvent::marked_succeeded : TaskEvent::marked_failed);
  tasks_[index].anew = false;
  wait_ends_.erase(index);
  last_looks_.erase(index);
  TaskChange& change = touch(index);
  change.ended_at = now;
  if (succeeds) {
    failures_.erase(index);
    // An earlier result of this run counts. Else nothing is known, also after a restart.
    if (!outputs_.contains(index)) {
      outputs_[index] = std::vector<OutputValue>(output_names(step_of(index)).size());
      changes_.results.push_back({index, outputs_[index], {}});
    }
  } else {
    outputs_.erase(index);
    failures_[index] = {Cause::marked, mark_text(mark), {}, {}};
    change.cause = Cause::marked;
    change.message = failures_[index].message;
  }
  add_event(now, "marked", index, std::move(details));
}

/// Those of which the last part was marked, the inner ones first.
void LiveRun::finish_containers(Time now) {
  for (auto index = static_cast<TaskIndex>(tasks_.size()); index-- > 0;) {
    const bool is_open = tasks_[index].state == TaskState::running && children(index).size() > 0;
    if (is_open && container(index).children_left == 0) finish_container(index, now);
  }
}

Result<void> LiveRun::mark(const ClearRequest& request, Time now) {
  if (!is_ended() && (run_.cancel != CancelMode::none || timed_out_))
    return Error{Errc::conflict, fmt::format("{} is about to end", run_.name()),
                 "mark its tasks when it has ended"};
  const std::vector<TaskIndex> named = TRY(tasks_to_mark(request));
  const AgainMarks again = marks_of_mark(*this, named);
  const bool has_ended = is_ended();
  do_again(again);
  if (has_ended) open_run_again(now);
  for (const TaskIndex task : named) {
    release_key(task);
    set_mark(task, request, now);
  }
  reconsider(now);
  finish_containers(now);
  return {};
}

}  // namespace gt
