// Other pipelines as steps: their parameters, `finally`, timeout and max_parallel.
#include <algorithm>

#include "definition/json_schema.h"
#include "schedule/live_run.h"
#include "schedule/task_context.h"

namespace gt {

namespace {

/// A parameter that says nothing of its type takes artifacts, too, which no schema can speak of.
bool takes_anything(const JsonObject& schema) {
  return std::ranges::all_of(schema, [](const auto& word) { return word.first == "description"; });
}

Result<void> check_value(const Parameter& parameter, const Value& value) {
  if (find_unknown(value) || takes_anything(parameter.schema)) return {};
  bool holds_artifact = false;
  for_each_artifact(value, [&](const Artifact&) { holds_artifact = true; });
  if (holds_artifact)
    return error(Errc::invalid, "{}: an artifact can only be given to a parameter without a type",
                 parameter.name);
  const Json json = TRY(to_json(value).context("{}", parameter.name));
  for (const std::string& violation : violations(json, parameter.schema))
    return error(Errc::invalid, "{}: {}", parameter.name, violation);
  return {};
}

}  // namespace

TaskIndex LiveRun::caller(TaskIndex index) const {
  if (plan_->scope(plan_->at(tasks_[index].step).scope).caller == no_step) return no_task;
  TaskIndex group = enclosing_group(index);
  while (!step_of(group).call()) group = enclosing_group(group);
  return group;
}

/// Of a task that holds the steps of another file; the items of a matrix do, not the matrix.
const PipelineCall* LiveRun::called_by(TaskIndex index) const {
  return tasks_[index].kind == TaskKind::group ? step_of(index).call() : nullptr;
}

const ValueObject& LiveRun::arguments(TaskIndex index) const {
  static const ValueObject none;
  const auto found = arguments_.find(index);
  return found == arguments_.end() ? none : found->second;
}

/// Once for each time that the pipeline is entered: evaluating them at each use would take time
/// that doubles with each call inside a call.
Result<void> LiveRun::evaluate_arguments(TaskIndex index) {
  const PipelineCall* const call = called_by(index);
  if (!call) return {};
  const TaskContext context(*this, index, Viewpoint::settings);
  ValueObject values;
  for (const Parameter& parameter : call->pipeline->params) {
    const auto given = std::ranges::find(call->params, parameter.name, &Argument::name);
    if (given == call->params.end()) {
      values.append(parameter.name, value_from_json(parameter.default_value.value_or(Json())));
      continue;
    }
    Value value = TRY(given->value.evaluate(context).context("{}", parameter.name));
    TRY(check_value(parameter, value));
    values.append(parameter.name, std::move(value));
  }
  arguments_[index] = std::move(values);
  return {};
}

/// A further attempt of the whole: what came before is as it was, its time begins anew.
void LiveRun::begin_call(TaskIndex index, Time now) {
  const PipelineCall* const call = called_by(index);
  if (!call || !call->pipeline->timeout) return;
  touch(index).started_at = now;
  note_deadline(index, now);
}

void LiveRun::note_deadline(TaskIndex index, Time started_at) {
  const PipelineCall* const call = called_by(index);
  if (!call || !call->pipeline->timeout) return;
  call_deadlines_[index] = started_at + *call->pipeline->timeout;
  call_timers_.emplace(call_deadlines_[index], index);
}

void LiveRun::move_call_deadlines(Duration by) {
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> moved;
  for (; !call_timers_.empty(); call_timers_.pop())
    moved.emplace(call_timers_.top().first + by, call_timers_.top().second);
  call_timers_ = std::move(moved);
  for (auto& [task, at] : call_deadlines_) at += by;
}

bool LiveRun::is_over_time(TaskIndex index, Time now) const {
  const auto deadline = call_deadlines_.find(index);
  return deadline != call_deadlines_.end() && now >= deadline->second;
}

void LiveRun::check_call_deadlines(Time now) {
  while (!call_timers_.empty() && call_timers_.top().first <= now) {
    const TaskIndex index = call_timers_.top().second;
    call_timers_.pop();
    if (tasks_[index].state != TaskState::running || !is_over_time(index, now)) continue;
    for (const TaskIndex below : tasks_below(index))
      if (!is_sheltered(below, index)) cancel_task(below, StopRequest::terminate, now);
  }
}

/// Of a step below `finally`: those that it follows must have ended.
bool LiveRun::waits_for_others(TaskIndex index) const {
  return plan_->scope(plan_->at(tasks_[index].step).scope).followed != no_scope;
}

/// Whether it belongs to `finally` of a pipeline inside the ancestor (with no_task, of any).
bool LiveRun::is_below_finally(TaskIndex index, TaskIndex ancestor) const {
  // An item stands where its matrix does, which may be the ancestor.
  for (; index != ancestor && index != no_task; index = tasks_[index].parent)
    if (tasks_[index].item < 0 && waits_for_others(index)) return true;
  return false;
}

void LiveRun::begin_inner_finally(TaskIndex index) {
  for (const TaskIndex child : children(index)) want_check(child);
}

bool LiveRun::is_body_skipped(TaskIndex index) const {
  std::uint32_t skipped = 0, body = 0;
  for (const TaskIndex child : children(index)) {
    if (tasks_[child].item < 0 && waits_for_others(child)) continue;
    ++body;
    if (tasks_[child].state == TaskState::skipped) ++skipped;
  }
  return body > 0 && skipped == body;
}

RunState LiveRun::visible_state(TaskIndex index) const {
  const TaskIndex by = index == no_task ? no_task : caller(index);
  if (by == no_task) return visible_state();
  if (run_.cancel != CancelMode::none && !is_below_finally(by, no_task)) return RunState::cancelled;
  for (const TaskIndex child : children(by)) {
    if (waits_for_others(child)) break;
    if (counts_as_failure(child)) return RunState::failed;
  }
  return RunState::succeeded;
}

/// An attempt takes a place of the run and of each called pipeline around it.
void LiveRun::take_places(TaskIndex index) {
  ++running_tasks_;
  for (TaskIndex by = caller(index); by != no_task; by = caller(by)) ++container(by).active;
}

void LiveRun::give_places_back(TaskIndex index, Time now) {
  --running_tasks_;
  for (TaskIndex by = caller(index); by != no_task; by = caller(by)) {
    Container& inside = container(by);
    --inside.active;
    // One that was cancelled meanwhile wants no place.
    while (!inside.held_back.empty()) {
      const TaskIndex next = inside.held_back.front();
      inside.held_back.pop_front();
      const TaskState state = tasks_[next].state;
      if (state != TaskState::ready && state != TaskState::retry_wait) continue;
      push_front(next, now);
      break;
    }
  }
}

bool LiveRun::hold_back_in_calls(TaskIndex index) {
  for (TaskIndex by = caller(index); by != no_task; by = caller(by)) {
    const auto& limit = step_of(by).call()->pipeline->max_parallel;
    if (!limit || container(by).active < *limit) continue;
    container(by).held_back.push_back(index);
    return true;
  }
  return false;
}

/// False, with the reason, if an output cannot be had. Of selected steps nobody expects all.
bool LiveRun::give_run_outputs() {
  if (!run_.options.only.empty()) return true;
  const auto outputs = outputs_of_run(*this);
  if (!outputs)
    run_.error = AttemptFailed{Cause::invalid_expression, outputs.error().message, {}, {}};
  return outputs.ok();
}

}  // namespace gt
