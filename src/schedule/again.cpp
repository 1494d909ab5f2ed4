#include "schedule/again.h"

#include <algorithm>

#include "base/text.h"
#include "schedule/find_tasks.h"
#include "schedule/live_run.h"

namespace gt {

namespace {

bool is_unsuccessful(TaskState state) {
  return state == TaskState::failed || state == TaskState::upstream_failed ||
         state == TaskState::cancelled;
}

enum class Skipped : std::uint8_t {
  stay,
  follow,  ///< what was skipped may have been so because of what is done again
};

/// Of `finally` of a pipeline that is called: it waits for the steps beside it.
bool is_of_finally(const LiveRun& run, TaskIndex task) {
  return run.plan().scope(run.plan().at(run.task(task).step).scope).followed != no_scope;
}

class Marker {
 public:
  Marker(const LiveRun& run, TaskIndex first, std::size_t count, Skipped skipped)
      : run_(run), marks_{first, std::vector<Again>(count, Again::no)}, skipped_(skipped) {}

  void mark(TaskIndex task, Again wanted) {
    if (!marks_.has(task) || state(task) == TaskState::removed) return;
    Again& mark = marks_.marks[task - marks_.first];
    if (mark >= wanted) return;
    mark = wanted;
    todo_.push_back(task);
  }

  void mark_unsuccessful(TaskIndex task, Again wanted) {
    if (is_unsuccessful(state(task)))
      mark(task, run_.children(task).size() > 0 ? Again::opened : wanted);
  }

  /// `finally` of a called pipeline sees how its steps have ended.
  void mark_inner_finally(TaskIndex group) {
    if (run_.task(group).kind != TaskKind::group) return;
    for (const TaskIndex child : run_.children(group))
      if (is_of_finally(run_, child)) mark(child, Again::again);
  }

  /// What follows from what is marked.
  AgainMarks complete() {
    while (!todo_.empty()) {
      const TaskIndex task = todo_.back();
      todo_.pop_back();
      const TaskIndex parent = run_.task(task).parent;
      if (parent != no_task && is_ended(state(parent))) mark(parent, Again::opened);
      mark_inside(task);
      if (run_.task(task).item < 0) mark_beside(task);
    }
    return std::move(marks_);
  }

 private:
  TaskState state(TaskIndex task) const { return run_.task(task).state; }

  void mark_inside(TaskIndex task) {
    const bool as_a_whole = marks_.of(task) >= Again::again;
    if (skipped_ == Skipped::follow) mark_inner_finally(task);
    const bool has_skipped =
        skipped_ == Skipped::follow && run_.task(task).kind == TaskKind::matrix;
    if (!as_a_whole && !has_skipped) return;
    for (const TaskIndex child : run_.children(task))
      if (as_a_whole || state(child) == TaskState::skipped) mark(child, Again::again);
  }

  void mark_beside(TaskIndex task) {
    const StepIndex step = run_.task(task).step;
    const Plan& plan = run_.plan();
    const auto mark_teardowns = [&](StepIndex setup) {
      for (const StepIndex teardown : plan.teardowns(setup))
        mark(run_.sibling(task, teardown), Again::again);
    };
    mark_teardowns(step);
    if (!plan.step(step).is_teardown())
      for (const StepIndex setup : plan.setups(step)) {
        mark(run_.sibling(task, setup), Again::again);
        mark_teardowns(setup);
      }
    if (skipped_ == Skipped::stay) return;
    for (const StepIndex next : plan.downstream(step))
      if (const TaskIndex other = run_.sibling(task, next); state(other) == TaskState::skipped)
        mark(other, Again::again);
  }

  const LiveRun& run_;
  AgainMarks marks_;
  Skipped skipped_;
  std::vector<TaskIndex> todo_;
};

void mark_finally(const LiveRun& run, Marker& marker) {
  const TaskIndex first = run.first_task(finally_scope);
  for (TaskIndex i = 0; i < run.plan().scope(finally_scope).step_count; ++i)
    marker.mark(first + i, Again::again);
}

bool is_in_finally(const LiveRun& run, TaskIndex task) {
  while (run.task(task).parent != no_task) task = run.task(task).parent;
  return task >= run.first_task(finally_scope);
}

void mark_downstream(const LiveRun& run, const std::vector<TaskIndex>& named, Marker& marker) {
  std::vector<bool> seen(run.tasks().size());
  std::vector<TaskIndex> todo = named;
  while (!todo.empty()) {
    TaskIndex task = todo.back();
    todo.pop_back();
    if (run.task(task).item >= 0) task = run.task(task).parent;
    if (seen[task]) continue;
    seen[task] = true;
    for (const StepIndex next : run.plan().downstream(run.task(task).step)) {
      marker.mark(run.sibling(task, next), Again::again);
      todo.push_back(run.sibling(task, next));
    }
    // What a group gives may change with what is inside.
    const TaskIndex parent = run.task(task).parent;
    if (parent == no_task) continue;
    todo.push_back(parent);
    if (!is_of_finally(run, task)) marker.mark_inner_finally(parent);
  }
  if (std::ranges::any_of(named, [&](TaskIndex task) { return !is_in_finally(run, task); }))
    mark_finally(run, marker);
}

/// A task that is about to end, or to be tried again, cannot begin as well.
Result<void> refuse_open(const LiveRun& run, const AgainMarks& marks) {
  for (TaskIndex task = marks.first; marks.has(task); ++task) {
    const TaskState state = run.task(task).state;
    if (marks.of(task) < Again::again || is_ended(state) || state == TaskState::waiting ||
        state == TaskState::ready)
      continue;
    return Error{Errc::conflict,
                 fmt::format("{} is {}: a task is cleared when it has ended", run.task_path(task),
                             to_text(state)),
                 fmt::format("wait for it, or `geartrain cancel {}` first", run.record().name())};
  }
  return {};
}

}  // namespace

AgainMarks marks_of_retry(const LiveRun& run) {
  Marker marker(run, 0, run.tasks().size(), Skipped::follow);
  for (TaskIndex task = 0; task < run.tasks().size(); ++task)
    marker.mark_unsuccessful(task, Again::again);
  mark_finally(run, marker);
  return marker.complete();
}

AgainMarks marks_of_group_retry(const LiveRun& run, TaskIndex group, bool whole) {
  const std::vector<TaskIndex> below = run.tasks_below(group);
  if (below.empty()) return {};
  const auto [lowest, highest] = std::ranges::minmax(below);
  Marker marker(run, lowest, highest - lowest + 1, Skipped::follow);
  marker.mark_inner_finally(group);
  for (const TaskIndex task : below) {
    if (whole)
      marker.mark(task, Again::again);
    else
      marker.mark_unsuccessful(task, Again::again);
  }
  return marker.complete();
}

Result<AgainMarks> marks_of_clear(const LiveRun& run, const ClearRequest& request) {
  Marker marker(run, 0, run.tasks().size(), Skipped::stay);
  std::vector<TaskIndex> named;
  for (const std::string& path : request.tasks) {
    for (const TaskIndex task : TRY(find_tasks(run, path))) {
      if (!request.only_failed) {
        named.push_back(task);
        continue;
      }
      std::vector<TaskIndex> parts = run.tasks_below(task);
      parts.push_back(task);
      for (const TaskIndex part : parts)
        if (run.children(part).size() == 0 && is_unsuccessful(run.task(part).state))
          named.push_back(part);
    }
  }
  if (named.empty())
    return Error{Errc::conflict, "none of these tasks has failed", "leave out --only-failed"};
  for (const TaskIndex task : named) marker.mark(task, Again::anew);
  if (request.downstream) mark_downstream(run, named, marker);
  AgainMarks marks = marker.complete();
  TRY(refuse_open(run, marks));
  return marks;
}

AgainMarks marks_of_mark(const LiveRun& run, const std::vector<TaskIndex>& marked) {
  Marker marker(run, 0, run.tasks().size(), Skipped::follow);
  std::vector<bool> seen(run.tasks().size());
  std::vector<TaskIndex> todo = marked;
  while (!todo.empty()) {
    TaskIndex task = todo.back();
    todo.pop_back();
    const TaskIndex parent = run.task(task).parent;
    if (parent != no_task && !seen[parent]) {
      seen[parent] = true;
      if (is_ended(run.task(parent).state)) marker.mark(parent, Again::opened);
      todo.push_back(parent);
    }
    if (run.task(task).item >= 0) continue;
    for (const StepIndex step : run.plan().downstream(run.task(task).step)) {
      const TaskIndex next = run.sibling(task, step);
      const TaskState state = run.task(next).state;
      if (seen[next] || (state != TaskState::upstream_failed && state != TaskState::skipped &&
                         state != TaskState::cancelled))
        continue;
      seen[next] = true;
      marker.mark(next, Again::again);
      todo.push_back(next);
    }
  }
  if (std::ranges::any_of(marked, [&](TaskIndex task) { return !is_in_finally(run, task); }))
    mark_finally(run, marker);
  return marker.complete();
}

}  // namespace gt
