#include "schedule/live_run.h"

#include <algorithm>

#include "base/text.h"
#include "schedule/priority_rule.h"

namespace gt {

LiveRun::LiveRun(std::shared_ptr<const Plan> plan, Selection selection, RunRecord run)
    : plan_(std::move(plan)),
      selection_(std::move(selection)),
      run_(std::move(run)),
      priorities_(priorities_of(*plan_)) {}

LiveRun LiveRun::begin(std::shared_ptr<const Plan> plan, Selection selection, RunRecord run) {
  LiveRun live(std::move(plan), std::move(selection), std::move(run));
  live.create_tasks(root_scope, no_task);
  live.first_finally_ = live.create_tasks(finally_scope, no_task);
  live.root_left_ = live.plan_->scope(root_scope).step_count;
  live.finally_left_ = live.plan_->scope(finally_scope).step_count;
  return live;
}

LiveRun LiveRun::resume(std::shared_ptr<const Plan> plan, Selection selection, LoadedRun loaded) {
  LiveRun live(std::move(plan), std::move(selection), std::move(loaded.run));
  live.last_event_ = loaded.last_event;
  live.first_finally_ = live.plan_->scope(root_scope).step_count;
  live.tasks_.reserve(loaded.tasks.size());
  for (const TaskRecord& record : loaded.tasks) {
    Task task;
    task.step = record.step;
    task.parent = record.parent;
    task.item = record.item;
    task.kind = record.kind;
    task.state = record.state;
    task.attempts = record.attempts;
    task.attempts_before_reopening = record.attempts_before_reopening;
    task.anew = record.anew;
    live.tasks_.push_back(task);
    if (record.cause)
      live.failures_[record.index] = {*record.cause, record.message, record.exit_code, {}};
    if (record.memory_bytes) live.grown_memory_[record.index] = *record.memory_bytes;
    if (record.kind == TaskKind::group && record.state == TaskState::running && record.started_at)
      live.note_deadline(record.index, *record.started_at);
    if (record.state == TaskState::deferred) live.note_wait(record.index, record.next_at);
    if (record.state == TaskState::deferred && !record.message.empty())
      live.last_looks_[record.index] = record.message;
    if (record.state == TaskState::retry_wait)
      live.timers_.emplace(record.next_at.value_or(Time{}), record.index);
  }
  for (MatrixExpansion& expansion : loaded.expansions) {
    live.tasks_[expansion.task].container = static_cast<std::uint32_t>(live.containers_.size());
    Container& items = live.containers_.emplace_back();
    items.items = std::move(expansion.items);
    items.order = std::move(expansion.order);
  }
  for (TaskResult& result : loaded.results) live.outputs_[result.task] = std::move(result.outputs);
  live.committed_tasks_ = static_cast<TaskIndex>(live.tasks_.size());
  for (OpenAttempt& open : loaded.open_attempts)
    if (!open.gpus.empty()) live.gpus_[open.id.task] = std::move(open.gpus);
  live.has_missed_deadline_ = loaded.deadline_missed_at.has_value();
  live.late_tasks_ = std::move(loaded.late_tasks);
  live.timed_out_ = live.run_.error && live.run_.error->cause == Cause::run_timeout;
  live.rebuild();
  return live;
}

TaskIndex LiveRun::create_tasks(ScopeIndex scope_index, TaskIndex parent) {
  const PlanScope& scope = plan_->scope(scope_index);
  const auto first = static_cast<TaskIndex>(tasks_.size());
  for (std::uint32_t i = 0; i < scope.step_count; ++i) {
    const StepIndex index = scope.first_step + i;
    const Step& step = plan_->step(index);
    Task task;
    task.step = index;
    task.parent = parent;
    task.kind = step.settings->matrix ? TaskKind::matrix
                : step.group()        ? TaskKind::group
                                      : TaskKind::step;
    task.counts.total = static_cast<std::uint32_t>(plan_->upstream(index).size());
    tasks_.push_back(task);
    await_deadline(first + i);
  }
  return first;
}

TaskChange& LiveRun::touch(TaskIndex index) {
  Task& task = tasks_[index];
  if (task.pending == UINT32_MAX) {
    task.pending = static_cast<std::uint32_t>(pending_.size());
    pending_.emplace_back().index = index;
  }
  return pending_[task.pending];
}

void LiveRun::move(TaskIndex index, TaskEvent event) {
  Task& task = tasks_[index];
  const auto next = advance(task.state, event);
  GT_CHECK(next, "a task moves only as its life cycle permits");
  task.state = *next;
  touch(index);
}

/// A run may begin and end within one commit.
RunStateChange& LiveRun::touch_run(RunState state) {
  if (!changes_.run) changes_.run.emplace();
  changes_.run->state = state;
  changes_.run->error = run_.error;
  return *changes_.run;
}

void LiveRun::add_event(Time at, std::string kind, TaskIndex task, JsonObject details) {
  ++last_event_;
  changes_.events.push_back({at, std::move(kind), task, std::move(details)});
}

RunChanges LiveRun::take_changes() {
  RunChanges changes = std::move(changes_);
  changes_ = {};
  for (TaskChange& change : pending_) {
    Task& task = tasks_[change.index];
    change.state = task.state;
    change.attempts = task.attempts;
    change.attempts_before_reopening = task.attempts_before_reopening;
    change.anew = task.anew;
    task.pending = UINT32_MAX;
    // What is new is written whole below.
    if (change.index < committed_tasks_) changes.changed.push_back(change);
  }
  if (committed_tasks_ < tasks_.size()) {
    changes.created.reserve(tasks_.size() - committed_tasks_);
    for (TaskIndex index = committed_tasks_; index < tasks_.size(); ++index) {
      const Task& task = tasks_[index];
      TaskRecord& record = changes.created.emplace_back();
      record.index = index;
      record.parent = task.parent;
      record.step = task.step;
      record.item = task.item;
      record.kind = task.kind;
      record.state = task.state;
      record.attempts = task.attempts;
    }
    for (const TaskChange& change : pending_) {
      if (change.index < committed_tasks_) continue;
      TaskRecord& record = changes.created[change.index - committed_tasks_];
      record.cause = change.cause;
      record.message = change.message;
      record.exit_code = change.exit_code;
      record.next_at = change.next_at;
      record.started_at = change.started_at;
      record.ended_at = change.ended_at;
    }
    committed_tasks_ = static_cast<TaskIndex>(tasks_.size());
  }
  pending_.clear();
  // What was held for the next turn because it wants to see this commit.
  lookups_.insert(lookups_.end(), next_lookups_.begin(), next_lookups_.end());
  next_lookups_.clear();
  return changes;
}

/// Everything that is not stored but follows from what is: counters, containers, queues, slots.
void LiveRun::rebuild() {
  for (TaskIndex index = 0; index < tasks_.size(); ++index) {
    Task& task = tasks_[index];
    const bool is_item = task.item >= 0;
    task.counts = {};
    task.to_check = false;
    if (!is_item) task.counts.total = static_cast<std::uint32_t>(plan_->upstream(task.step).size());
  }
  root_left_ = finally_left_ = running_tasks_ = 0;
  used_ = {};
  checks_.clear();
  lookups_.clear();
  new_waits_.clear();
  launch_queue_.clear();
  due_groups_.clear();
  task_deadlines_ = {};
  for (Container& container : containers_) {
    Container kept;
    kept.items = std::move(container.items);
    kept.order = std::move(container.order);
    container = std::move(kept);
  }
  for (TaskIndex index = 0; index < tasks_.size(); ++index) {
    const TaskIndex parent = tasks_[index].parent;
    if (parent != no_task) {
      if (tasks_[parent].container == UINT32_MAX) {
        tasks_[parent].container = static_cast<std::uint32_t>(containers_.size());
        containers_.emplace_back();
      }
      if (tasks_[index].state == TaskState::removed) continue;
      Container& inside = container(parent);
      if (inside.child_count == 0) inside.first_child = index;
      ++inside.child_count;
      if (!inside.order.empty()) inside.listed.push_back(index);
      if (!gt::is_ended(tasks_[index].state)) {
        ++inside.children_left;
        if (!waits_for_others(index)) ++inside.body_left;
      }
    } else if (!gt::is_ended(tasks_[index].state)) {
      ++(index < first_finally_ ? root_left_ : finally_left_);
    }
  }
  for (Container& container : containers_) list_in_order(container);
  for (TaskIndex index = 0; index < tasks_.size(); ++index) rebuild_container(index);
  in_finally_ = root_left_ == 0;
  for (TaskIndex index = 0; index < tasks_.size(); ++index)
    if (tasks_[index].kind == TaskKind::group && children(index).size() > 0)
      (void)evaluate_arguments(index).ok();  // they could be evaluated when it was entered
  for (TaskIndex index = 0; index < tasks_.size(); ++index) {
    const Task& task = tasks_[index];
    const bool takes_slots = task.kind == TaskKind::step &&
                             (task.state == TaskState::queued || task.state == TaskState::running);
    if (takes_slots) {
      used_.take(resources_of(index));
      take_places(index);
    }
    if (task.item >= 0 && (task.state == TaskState::queued || task.state == TaskState::running))
      ++container(task.parent).active;
    if (task.state == TaskState::ready) ask_first(index);
    if (task.state == TaskState::waiting) want_check(index);
    await_deadline(index);
  }
}

/// The items that are there, from the order of their tasks to that of their combinations.
void LiveRun::list_in_order(Container& matrix) const {
  if (matrix.order.empty()) return;
  std::vector<TaskIndex> by_place(matrix.items.size(), no_task);
  for (const TaskIndex child : matrix.listed)
    by_place[static_cast<std::size_t>(tasks_[child].item)] = child;
  for (std::size_t i = 0; i < matrix.listed.size(); ++i)
    matrix.listed[i] = by_place[static_cast<std::size_t>(matrix.order[i])];
}

/// Tells what a task stands in, and downstream siblings, how it and its items have ended.
void LiveRun::rebuild_container(TaskIndex index) {
  const Task& task = tasks_[index];
  if (task.parent != no_task && gt::is_ended(task.state))
    count_ended(container(task.parent), index);
  if (task.item >= 0) return;
  for (const StepIndex next : plan_->downstream(task.step))
    add_instances(tasks_[sibling(index, next)].counts, index);
}

/// `counts` has the task as one instance already.
void LiveRun::add_instances(UpstreamCounts& counts, TaskIndex upstream) const {
  const Task& task = tasks_[upstream];
  const TaskChildren items = task.kind == TaskKind::matrix ? children(upstream) : TaskChildren();
  if (items.size() == 0) {
    if (gt::is_ended(task.state)) counts.add(task.state);
    return;
  }
  counts.total += items.size() - 1;
  for (const TaskIndex item : items)
    if (gt::is_ended(tasks_[item].state)) counts.add(tasks_[item].state);
}

std::vector<OpenAttempt> LiveRun::open_attempts() const {
  std::vector<OpenAttempt> open;
  for (TaskIndex index = 0; index < tasks_.size(); ++index) {
    const Task& task = tasks_[index];
    if (task.kind != TaskKind::step) continue;
    if (task.state == TaskState::queued || task.state == TaskState::running)
      open.push_back({{run_.id, index, task.attempts}, task.state == TaskState::running, {}});
  }
  return open;
}

RunState LiveRun::visible_state() const {
  if (gt::is_ended(run_.state)) return run_.state;
  if (!in_finally_) return RunState::running;
  if (timed_out_) return RunState::failed;
  if (run_.cancel != CancelMode::none) return RunState::cancelled;
  for (TaskIndex index = 0; index < first_finally_; ++index)
    if (counts_as_failure(index)) return RunState::failed;
  return RunState::succeeded;
}

std::string LiveRun::task_path(TaskIndex index) const {
  const Task& task = tasks_[index];
  if (task.item >= 0) return fmt::format("{}[{}]", task_path(task.parent), task.item);
  if (task.parent == no_task) return step_of(index).name;
  return task_path(task.parent) + "." + step_of(index).name;
}

const std::vector<OutputValue>* LiveRun::outputs(TaskIndex index) const {
  const auto found = outputs_.find(index);
  return found == outputs_.end() ? nullptr : &found->second;
}

const AttemptFailed* LiveRun::failure(TaskIndex index) const {
  const auto found = failures_.find(index);
  return found == failures_.end() ? nullptr : &found->second;
}

const MatrixItem& LiveRun::item_values(TaskIndex index) const {
  const Task& task = tasks_[index];
  return container(task.parent).items[static_cast<std::size_t>(task.item)];
}

TaskChildren LiveRun::children(TaskIndex index) const {
  if (tasks_[index].container == UINT32_MAX) return {};
  const Container& inside = container(index);
  if (!inside.listed.empty()) return TaskChildren(inside.listed);
  return {inside.first_child, inside.child_count};
}

TaskIndex LiveRun::sibling(TaskIndex index, StepIndex step) const {
  // An item stands for its matrix task, whose siblings are the steps beside it.
  if (tasks_[index].item >= 0) index = tasks_[index].parent;
  return index - tasks_[index].step + step;
}

TaskIndex LiveRun::enclosing_group(TaskIndex index) const {
  if (tasks_[index].item >= 0) index = tasks_[index].parent;
  return tasks_[index].parent;
}

TaskIndex LiveRun::first_task(ScopeIndex scope) const {
  return scope == root_scope ? 0 : first_finally_;
}

}  // namespace gt
