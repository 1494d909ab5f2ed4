// From ended attempts to the ended run.
#include <algorithm>

#include "base/text.h"
#include "definition/pushed_names.h"
#include "schedule/live_run.h"
#include "schedule/retry.h"
#include "schedule/task_context.h"

namespace gt {

void LiveRun::apply(const AttemptEvent& event, Time now, Entropy& entropy) {
  const TaskIndex index = event.attempt.task;
  if (index >= tasks_.size()) return;
  Task& task = tasks_[index];
  // Events are repeated until acknowledged, so one that is recorded already may come again.
  if (event.attempt.number != task.attempts ||
      (task.state != TaskState::queued && task.state != TaskState::running))
    return;
  if (const auto* started = std::get_if<AttemptStarted>(&event.what)) {
    if (task.state != TaskState::queued) return;
    move(index, TaskEvent::started);
    changes_.started.push_back({event.attempt, started->at});
    return;
  }
  const auto& ended = std::get<AttemptEnded>(event.what);
  changes_.closed.push_back({event.attempt, ended, !claim_of(step_of(index)).empty()});
  gpus_.erase(index);
  if (const auto* success = std::get_if<AttemptSucceeded>(&ended.outcome)) {
    outputs_[index] = success->outputs;
    failures_.erase(index);
    changes_.results.push_back({index, success->outputs, {}});
    update_assets(index, ended.at);
    return end(index, TaskEvent::succeeded, ended.at);
  }
  const auto& failure = std::get<AttemptFailed>(ended.outcome);
  const Retry& retry = step_of(index).settings->retry;
  const std::uint32_t tried = task.attempts - task.attempts_before_reopening;
  if (failure.cause == Cause::cancelled) {
    failures_[index] = failure;
    TaskChange& change = touch(index);
    change.cause = failure.cause;
    change.message = failure.message;
    return end(index, TaskEvent::cancelled, ended.at);
  }
  if (is_stopping(index) || tried > retry.limit || !is_retried(retry, failure))
    return fail(index, failure, ended.at);
  used_.give_back(resources_of(index));
  give_places_back(index, now);
  grow(index, failure);
  put_off(index, failure, now, retry_delay(retry, tried, entropy));
}

/// What did not change is left to the store, which knows the newest versions.
void LiveRun::update_assets(TaskIndex index, Time now) {
  const std::vector<Output>& declared = step_of(index).outputs;
  const std::vector<OutputValue>& values = outputs_[index];
  for (std::size_t i = 0; i < declared.size() && i < values.size(); ++i) {
    if (declared[i].asset.empty() || values[i].is_null()) continue;
    changes_.asset_updates.push_back(
        {.asset = name_beside(run_.pipeline, declared[i].asset),
         .content = values[i],
         .at = now,
         .logical_date = run_.logical_date,
         .interval = run_.interval,
         .run = run_.name(),
         .output = fmt::format("{}.{}", task_path(index), declared[i].name)});
  }
}

void LiveRun::fail(TaskIndex index, AttemptFailed failure, Time now) {
  TaskChange& change = touch(index);
  change.cause = failure.cause;
  change.message = failure.message;
  change.exit_code = failure.exit_code;
  failures_[index] = std::move(failure);
  end(index, TaskEvent::failed, now);
}

void LiveRun::end(TaskIndex index, TaskEvent event, Time now) {
  Task& task = tasks_[index];
  const TaskState before = task.state;
  move(index, event);
  touch(index).ended_at = now;
  if (is_success(task.state)) task.anew = false;
  wait_ends_.erase(index);
  last_looks_.erase(index);
  const bool had_place = before == TaskState::queued || before == TaskState::running;
  if (had_place && task.kind == TaskKind::step) {
    used_.give_back(resources_of(index));
    give_places_back(index, now);
  }
  if (had_place) release_place(index, now);
  release_key(index);
  if (task.container != UINT32_MAX && container(index).children_left > 0) {
    end_below(index, event, now);
    if (task.kind == TaskKind::matrix) recount(index);
  }

  const TaskIndex parent = task.parent;
  if (parent == no_task) {
    notify_downstream(index, task.state);
    std::uint32_t& left = index < first_finally_ ? root_left_ : finally_left_;
    if (--left > 0) return;
    if (index < first_finally_) return begin_finally(now);
    // Steps of the pipeline may have been cleared while `finally` was at work.
    if (root_left_ == 0) finish(now);
    return;
  }
  // An item counts for what follows its matrix; the matrix task itself only if it has no items.
  if (task.item >= 0)
    notify_downstream(parent, task.state);
  else
    notify_downstream(index, task.state);
  child_ended(parent, index, now);
}

/// `representative` has the siblings; for an item that is its matrix task.
void LiveRun::notify_downstream(TaskIndex representative, TaskState ended) {
  const Task& task = tasks_[representative];
  const bool counted_by_items = task.kind == TaskKind::matrix && gt::is_ended(task.state) &&
                                children(representative).size() > 0;
  for (const StepIndex next : plan_->downstream(task.step)) {
    const TaskIndex other = sibling(representative, next);
    if (!counted_by_items) tasks_[other].counts.add(ended);
    want_check(other);
  }
  for (const StepIndex user : plan_->relying(task.step)) want_check(sibling(representative, user));
}

void LiveRun::child_ended(TaskIndex parent, TaskIndex child, Time now) {
  Container& inside = container(parent);
  const TaskState state = tasks_[child].state;
  count_ended(inside, child);
  if (--inside.children_left == 0) return finish_container(parent, now);
  const bool is_body = tasks_[parent].kind == TaskKind::group && !waits_for_others(child);
  if (is_body && --inside.body_left == 0) begin_inner_finally(parent);
  const bool first_failure = state == TaskState::failed && inside.ended.failed == 1;
  if (tasks_[parent].kind != TaskKind::matrix || !first_failure ||
      !step_of(parent).settings->matrix->fail_fast)
    return;
  for (TaskIndex index = inside.first_child; index < tasks_.size(); ++index)
    if (is_below(index, parent) && !is_sheltered(index, parent))
      cancel_task(index, StopRequest::terminate, now);
}

bool LiveRun::is_below(TaskIndex index, TaskIndex ancestor) const {
  while (index != no_task && index > ancestor) index = tasks_[index].parent;
  return index == ancestor;
}

/// What is inside a container that is not entered again ends as that did.
void LiveRun::end_below(TaskIndex index, TaskEvent event, Time now) {
  const TaskEvent inside = event == TaskEvent::failed ? TaskEvent::upstream_failed : event;
  for (const TaskIndex below : tasks_below(index)) {
    if (tasks_[below].container != UINT32_MAX)
      container(below).children_left = container(below).body_left = 0;
    if (gt::is_ended(tasks_[below].state)) continue;
    move(below, inside);
    touch(below).ended_at = now;
  }
  container(index).children_left = container(index).body_left = 0;
}

/// Running containers end by themselves when what is inside has.
void LiveRun::cancel_task(TaskIndex index, StopRequest how, Time now) {
  const Task& task = tasks_[index];
  if (gt::is_ended(task.state)) return;
  const bool open = task.state == TaskState::queued || task.state == TaskState::running;
  if (open && task.kind == TaskKind::step)
    stops_.push_back({{run_.id, index, task.attempts}, how});
  else if (!open)
    end(index, TaskEvent::cancelled, now);
}

void LiveRun::finish_container(TaskIndex index, Time now) {
  const Container& inside = container(index);
  if (inside.ended.failed > 0 || inside.ended.upstream_failed > 0) {
    const std::uint32_t failed = inside.ended.failed + inside.ended.upstream_failed;
    const std::string what = tasks_[index].kind == TaskKind::matrix ? "items" : "steps";
    AttemptFailed failure{
        Cause::upstream,
        fmt::format("{} of its {} {} did not succeed", failed, inside.child_count, what),
        {},
        {}};
    const bool over_time = inside.cancelled > 0 && is_over_time(index, now) && !is_stopping(index);
    if (over_time)
      failure =
          AttemptFailed{Cause::timeout,
                        fmt::format("its steps did not end within the timeout of {}",
                                    format_duration(*step_of(index).call()->pipeline->timeout)),
                        {},
                        {}};
    if (put_off_group(index, failure, now)) return;
    if (inside.cancelled > 0 && !over_time) return end(index, TaskEvent::cancelled, now);
    return fail(index, std::move(failure), now);
  }
  failures_.erase(index);
  if (is_body_skipped(index)) return end(index, TaskEvent::skipped, now);
  if (tasks_[index].kind == TaskKind::group && !compute_group_outputs(index, now)) return;
  end(index, TaskEvent::succeeded, now);
}

bool LiveRun::compute_group_outputs(TaskIndex index, Time now) {
  std::vector<OutputValue> values;
  for (const GroupOutput& output : step_of(index).group()->outputs) {
    auto value = output.from.evaluate(TaskContext(*this, index, Viewpoint::group_outputs));
    if (!value) {
      fail(index,
           {Cause::invalid_expression,
            fmt::format("output {}: {}", output.name, value.error().message),
            {},
            {}},
           now);
      return false;
    }
    values.push_back(*std::move(value));
  }
  outputs_[index] = values;
  changes_.results.push_back({index, std::move(values), {}});
  return true;
}

/// An item of a matrix with max_parallel makes room for one that was held back.
void LiveRun::release_place(TaskIndex index, Time now) {
  if (tasks_[index].item < 0) return;
  Container& items = container(tasks_[index].parent);
  --items.active;
  if (items.held_back.empty()) return;
  const TaskIndex next = items.held_back.front();
  items.held_back.pop_front();
  if (tasks_[next].kind == TaskKind::group)
    want_check(next);
  else
    push_front(next, now);
}

void LiveRun::release_key(TaskIndex index) {
  const auto found = leader_key_.find(index);
  if (found == leader_key_.end()) return;
  key_leader_.erase(found->second);
  leader_key_.erase(found);
  const auto waiting = followers_.find(index);
  if (waiting == followers_.end()) return;
  // They look again after this turn's commit, when the result can be found.
  next_lookups_.insert(next_lookups_.end(), waiting->second.begin(), waiting->second.end());
  followers_.erase(waiting);
}

ScopeIndex LiveRun::top_scope(TaskIndex index) const {
  while (tasks_[index].parent != no_task) index = tasks_[index].parent;
  return index < first_finally_ ? root_scope : finally_scope;
}

void LiveRun::cancel_scope(ScopeIndex scope, StopRequest how, Time now) {
  for (TaskIndex index = 0; index < tasks_.size(); ++index)
    if (top_scope(index) == scope &&
        (how == StopRequest::kill || scope == finally_scope || !is_sheltered(index)))
      cancel_task(index, how, now);
}

void LiveRun::request_cancel(CancelMode mode, Time now, std::string who) {
  if (mode <= run_.cancel || is_ended()) return;
  run_.cancel = mode;
  // What is to end goes on to its end.
  unpause();
  touch_run(run_.state).cancel = mode;
  JsonObject details;
  details.set("mode", mode == CancelMode::kill ? "kill" : "terminate");
  details.set("by", std::move(who));
  add_event(now, "cancel_requested", no_task, std::move(details));
  obey_stop_requests(now);
}

void LiveRun::obey_stop_requests(Time now) {
  if (is_ended()) return;
  const bool kill = run_.cancel == CancelMode::kill;
  const StopRequest how = kill ? StopRequest::kill : StopRequest::terminate;
  if (!in_finally_ && (timed_out_ || run_.cancel != CancelMode::none))
    cancel_scope(root_scope, how, now);
  // `finally` survives a first request, whenever it comes.
  if (kill) cancel_scope(finally_scope, how, now);
}

void LiveRun::begin_finally(Time now) {
  if (in_finally_) return;
  in_finally_ = true;
  if (finally_left_ == 0) return finish(now);
  if (run_.cancel == CancelMode::kill) return cancel_scope(finally_scope, StopRequest::kill, now);
  for (TaskIndex index = 0; index < tasks_.size(); ++index)
    if (tasks_[index].parent == no_task && index >= first_finally_ &&
        index < first_finally_ + plan_->scope(finally_scope).step_count)
      want_check(index);
}

void LiveRun::finish(Time now) {
  notice_deadline(now);
  RunState state = visible_state();
  const std::uint32_t count = plan_->scope(finally_scope).step_count;
  for (TaskIndex index = first_finally_; index < first_finally_ + count; ++index)
    if (state == RunState::succeeded && counts_as_failure(index))
      state = run_.cancel == CancelMode::none ? RunState::failed : RunState::cancelled;
  if (state == RunState::succeeded && !give_run_outputs()) state = RunState::failed;
  run_.state = state;
  run_.ended_at = now;
  touch_run(state).ended_at = now;
  JsonObject details;
  details.set("state", to_text(state));
  add_event(now, "run_ended", no_task, std::move(details));
  add_end_notice(now);
}

void LiveRun::end_unknown(TaskIndex index, const std::string& why, Time now) {
  const std::vector<std::string> names = output_names(step_of(index));
  std::vector<OutputValue> values;
  for (const std::string& name : names)
    values.push_back(
        Unknown{fmt::format("output {} of {} is not known yet", name, task_path(index))});
  outputs_[index] = std::move(values);
  unknown_[index] = why;
  if (tasks_[index].state == TaskState::waiting) move(index, TaskEvent::upstreams_done);
  move(index, TaskEvent::launched);
  if (tasks_[index].kind == TaskKind::step) {
    // end() gives back what a launch takes.
    used_.take(resources_of(index));
    take_places(index);
  }
  if (tasks_[index].item >= 0) ++container(tasks_[index].parent).active;
  end(index, TaskEvent::succeeded, now);
}

const std::string* LiveRun::unknown_reason(TaskIndex index) const {
  const auto found = unknown_.find(index);
  return found == unknown_.end() ? nullptr : &found->second;
}

}  // namespace gt
