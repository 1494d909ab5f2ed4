// From waiting to launched.
#include <algorithm>

#include "base/text.h"
#include "definition/limits.h"
#include "schedule/live_run.h"
#include "schedule/task_context.h"

namespace gt {

namespace {

/// Whether `if` speaks of the step's own matrix; then it is decided for each item.
bool condition_is_per_item(const StepSettings& settings) {
  bool found = false;
  settings.condition->for_each_reference([&](const Reference& reference) {
    if (reference.path.size() < 2 || reference.path[0] != "matrix") {
      // `matrix` as a whole, or with an index that is computed, may mean any axis.
      found = found || (!reference.path.empty() && reference.path[0] == "matrix");
      return;
    }
    for (const MatrixAxis& axis : settings.matrix->axes)
      found = found || reference.path[1] == axis.name;
  });
  return found;
}

AttemptFailed too_many_tasks() {
  using definition_limits::run_tasks_max;
  return {Cause::invalid_expression,
          fmt::format("the run would have more than {} tasks (limit run_tasks_max)", run_tasks_max),
          {},
          {}};
}

}  // namespace

void LiveRun::start(Time now) {
  run_.state = RunState::running;
  run_.started_at = now;
  touch_run(RunState::running).started_at = now;
  add_event(now, "run_started", no_task);
  for (TaskIndex index = 0; index < first_finally_; ++index) want_check(index);
  if (root_left_ == 0) begin_finally(now);
}

void LiveRun::want_check(TaskIndex index) {
  Task& task = tasks_[index];
  const bool is_due = task.state == TaskState::retry_wait && due_groups_.contains(index);
  if (task.to_check || (task.state != TaskState::waiting && !is_due)) return;
  task.to_check = true;
  checks_.push_back(index);
}

void LiveRun::check(TaskIndex index, Time now) {
  const Task& task = tasks_[index];
  if (task.state == TaskState::retry_wait && due_groups_.contains(index))
    return restart_group(index, now);
  if (task.state != TaskState::waiting) return;
  // What is inside a group that is tried again waits until its matrix or group is entered again.
  if (task.parent != no_task && tasks_[task.parent].state != TaskState::running) return;
  // Rebuilding a run looks at all of `finally`, which waits for everything else.
  if (!in_finally_ && top_scope(index) == finally_scope) return;
  if (task.item < 0 && task.parent != no_task && waits_for_others(index) &&
      container(task.parent).body_left > 0)
    return;
  if (task.item >= 0) return open_item(index, now);
  if (selection_.is_excluded(task.step)) return end(index, TaskEvent::skipped, now);
  const TriggerRule rule = step_of(index).trigger_rule;
  Verdict verdict =
      judge(rule, task.counts,
            rule == TriggerRule::all_done_setup_success ? count_setups(index) : UpstreamCounts());
  if (verdict == Verdict::run) verdict = judge_setups(index);
  switch (verdict) {
    case Verdict::wait:
      return;
    case Verdict::skip:
      return end(index, TaskEvent::skipped, now);
    case Verdict::upstream_failed:
      return end(index, TaskEvent::upstream_failed, now);
    case Verdict::run:
      return open(index, now);
  }
}

/// Its upstream tasks permit it to start.
void LiveRun::open(TaskIndex index, Time now) {
  const StepSettings& settings = *step_of(index).settings;
  const bool per_item = settings.condition && settings.matrix && condition_is_per_item(settings);
  if (!per_item && !passes_condition(index, now)) return;
  if (tasks_[index].kind == TaskKind::matrix) return expand_matrix(index, now);
  enter(index, now);
}

void LiveRun::open_item(TaskIndex index, Time now) {
  const StepSettings& settings = *step_of(index).settings;
  if (settings.condition && condition_is_per_item(settings) && !passes_condition(index, now))
    return;
  if (tasks_[index].kind == TaskKind::group) {
    if (hold_back(index)) return;
    ++container(tasks_[index].parent).active;
  }
  enter(index, now);
}

/// False if `if` says no (or cannot be evaluated); the task has then ended.
bool LiveRun::passes_condition(TaskIndex index, Time now) {
  const auto& condition = step_of(index).settings->condition;
  if (!condition) return true;
  const auto value = condition->evaluate(TaskContext(*this, index, Viewpoint::settings));
  if (!value) {
    fail(index, failure_of_expression(value.error(), "if"), now);
    return false;
  }
  if (const Unknown* unknown = value->unknown()) {
    end_unknown(index, unknown->why, now);
    return false;
  }
  const bool* holds = value->boolean();
  if (!holds) {
    fail(index,
         {Cause::invalid_expression,
          fmt::format("if: wants true or false, got {}", type_name(*value)),
          {},
          {}},
         now);
    return false;
  }
  if (!*holds) end(index, TaskEvent::skipped, now);
  return *holds;
}

void LiveRun::enter(TaskIndex index, Time now) {
  if (tasks_[index].kind == TaskKind::group) return expand_group(index, now);
  move(index, TaskEvent::upstreams_done);
  ask_first(index);
}

/// A task without a process has no cache key, and claims nothing.
void LiveRun::ask_first(TaskIndex index) {
  (step_of(index).is_waiting() ? new_waits_ : lookups_).push_back(index);
}

bool LiveRun::has_room_for(std::size_t more_tasks) const {
  return tasks_.size() + more_tasks <= definition_limits::run_tasks_max;
}

void LiveRun::expand_matrix(TaskIndex index, Time now) {
  auto items =
      expand(*step_of(index).settings->matrix, TaskContext(*this, index, Viewpoint::settings));
  if (!items && items.error().code == Errc::unavailable)
    return end_unknown(index, items.error().message, now);
  if (!items) return fail(index, failure_of_expression(items.error(), "matrix"), now);
  if (tasks_[index].container != UINT32_MAX) {
    if (!replace_items(index, *std::move(items), now)) return fail(index, too_many_tasks(), now);
    return enter_again(index, now);
  }

  const auto count = static_cast<std::uint32_t>(items->size());
  if (!has_room_for(count)) return fail(index, too_many_tasks(), now);
  move(index, TaskEvent::expanded);
  touch(index).started_at = now;
  tasks_[index].container = static_cast<std::uint32_t>(containers_.size());
  Container& inside = containers_.emplace_back();
  inside.first_child = static_cast<TaskIndex>(tasks_.size());
  inside.child_count = inside.children_left = count;
  inside.items = *items;
  changes_.expansions.push_back({index, *std::move(items), {}});
  tasks_.reserve(tasks_.size() + count);
  for (std::uint32_t i = 0; i < count; ++i)
    want_check(create_item(index, static_cast<std::int32_t>(i)));
  if (count == 0) return finish_container(index, now);
  for (const StepIndex next : plan_->downstream(tasks_[index].step))
    tasks_[sibling(index, next)].counts.total += count - 1;
}

void LiveRun::expand_group(TaskIndex index, Time now) {
  if (children(index).size() > 0) return enter_again(index, now);
  const ScopeIndex body = plan_->at(tasks_[index].step).body;
  const ScopeIndex finally = plan_->scope(body).finally;
  const std::uint32_t body_count = plan_->scope(body).step_count;
  if (!has_room_for(body_count + (finally == no_scope ? 0 : plan_->scope(finally).step_count)))
    return fail(index, too_many_tasks(), now);
  if (const auto given = evaluate_arguments(index); !given)
    return fail(index, failure_of_expression(given.error(), "params"), now);
  move(index, TaskEvent::expanded);
  touch(index).started_at = now;
  note_deadline(index, now);
  count_group_attempt(index);
  const TaskIndex first = create_tasks(body, index);
  if (finally != no_scope) create_tasks(finally, index);
  const auto count = static_cast<std::uint32_t>(tasks_.size()) - first;
  tasks_[index].container = static_cast<std::uint32_t>(containers_.size());
  Container& inside = containers_.emplace_back();
  inside.first_child = first;
  inside.child_count = inside.children_left = count;
  inside.body_left = body_count;
  for (TaskIndex child = first; child < first + count; ++child) want_check(child);
  if (count == 0) finish_container(index, now);
}

void LiveRun::apply_key(TaskIndex index, KeyAnswer answer, Time now) {
  if (tasks_[index].state != TaskState::ready) return;
  std::optional<Digest> key;
  if (answer.manifest) {
    key = answer.manifest->key;
    changes_.manifests.push_back(*std::move(answer.manifest));
  }
  if (auto* hit = std::get_if<KeyHit>(&answer.verdict)) {
    outputs_[index] = hit->outputs;
    changes_.results.push_back({index, std::move(hit->outputs), hit->from});
    update_assets(index, now);
    touch(index).started_at = now;
    end(index, TaskEvent::found_in_cache, now);
  } else if (auto* failed = std::get_if<KeyFailed>(&answer.verdict)) {
    fail(index, std::move(failed->failure), now);
  } else if (std::holds_alternative<KeyPending>(answer.verdict)) {
    return;
  } else {
    if (std::holds_alternative<KeyMiss>(answer.verdict) && key) {
      const auto [leader, is_first] = key_leader_.try_emplace(*key, index);
      if (!is_first && leader->second != index) {
        followers_[leader->second].push_back(index);
        return;
      }
      leader_key_[index] = *key;
    }
    enqueue(index, now);
  }
}

/// When the steps are to have ended; nullopt if they may take as long as they want, or have ended.
std::optional<Time> LiveRun::times_out_at() const {
  const auto& timeout = plan_->pipeline().timeout;
  if (!timeout || timed_out_ || in_finally_ || !run_.started_at) return std::nullopt;
  return *run_.started_at + *timeout + clock_set_by_;
}

void LiveRun::check_timeout(Time now) {
  const std::optional<Time> due = times_out_at();
  if (!due || now < *due) return;
  timed_out_ = true;
  run_.error = AttemptFailed{Cause::run_timeout,
                             fmt::format("the run did not end within its timeout of {}",
                                         format_duration(*plan_->pipeline().timeout)),
                             {},
                             {}};
  run_.state = RunState::running;
  touch_run(RunState::running);
  add_event(now, "run_timeout", no_task);
  cancel_scope(root_scope, StopRequest::terminate, now);
}

void LiveRun::clock_was_set(Duration by) {
  clock_set_by_ += by;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> moved;
  for (; !timers_.empty(); timers_.pop()) {
    const auto& [at, task] = timers_.top();
    if (tasks_[task].state == TaskState::deferred) continue;
    moved.emplace(at + by, task);
    if (tasks_[task].state == TaskState::retry_wait) touch(task).next_at = at + by;
  }
  timers_ = std::move(moved);
  move_waits(by);
  move_call_deadlines(by);
}

Decisions LiveRun::decide(Time now) {
  Decisions decisions;
  if (is_ended()) return decisions;
  check_timeout(now);
  check_call_deadlines(now);
  wake_due(now);
  // Tasks that end at once (skipped, empty) make more to check while this goes on.
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    const TaskIndex index = checks_[i];
    tasks_[index].to_check = false;
    check(index, now);
  }
  checks_.clear();
  decisions.lookups = std::move(lookups_);
  lookups_.clear();
  std::erase_if(decisions.lookups,
                [this](TaskIndex index) { return tasks_[index].state != TaskState::ready; });
  decisions.waits = std::exchange(new_waits_, {});
  if (!timers_.empty()) decisions.wake_at = timers_.top().first;
  decisions.stops = std::move(stops_);
  stops_.clear();
  for (const auto due : {times_out_at(), notice_deadline(now), notice_task_deadlines(now)})
    if (due) decisions.wake_at = std::min(decisions.wake_at.value_or(*due), *due);
  if (!call_timers_.empty())
    decisions.wake_at =
        std::min(decisions.wake_at.value_or(call_timers_.top().first), call_timers_.top().first);
  return decisions;
}

}  // namespace gt
