// Setups, and the teardowns that run whatever came of the work between.
#include <algorithm>

#include "schedule/live_run.h"

namespace gt {

/// Of a teardown those that it ends; of another step those that it waits for itself.
UpstreamCounts LiveRun::count_setups(TaskIndex index) const {
  UpstreamCounts counts;
  const auto count = [&](StepIndex setup) {
    const TaskIndex task = sibling(index, setup);
    ++counts.total;
    const bool in_part = tasks_[task].container != UINT32_MAX &&
                         tasks_[task].kind == TaskKind::matrix &&
                         container(task).ended.succeeded > 0;
    if (in_part || is_success(tasks_[task].state))
      ++counts.succeeded;
    else if (gt::is_ended(tasks_[task].state))
      counts.add(tasks_[task].state);
  };
  const StepIndex step = tasks_[index].step;
  if (plan_->step(step).is_teardown()) {
    for (const StepIndex setup : plan_->setups(step)) count(setup);
  } else {
    for (const StepIndex before : plan_->upstream(step))
      if (plan_->step(before).is_setup) count(before);
  }
  return counts;
}

/// A step that lies behind a setup without waiting for it itself: whatever its own rule permits, it
/// cannot do without. Those that it waits for are its rule's business.
Verdict LiveRun::judge_setups(TaskIndex index) const {
  const StepIndex step = tasks_[index].step;
  if (plan_->step(step).is_teardown()) return Verdict::run;
  Verdict verdict = Verdict::run;
  for (const StepIndex setup : plan_->setups(step)) {
    if (std::ranges::binary_search(plan_->upstream(step), setup)) continue;
    const TaskState state = tasks_[sibling(index, setup)].state;
    if (!gt::is_ended(state)) return Verdict::wait;
    if (is_success(state)) continue;
    if (state != TaskState::skipped) return Verdict::upstream_failed;
    verdict = Verdict::skip;
  }
  return verdict;
}

/// Whether the task is, or is part of, a teardown or `finally`: a first request to stop leaves it
/// alone. With `below`, only what lies between counts.
bool LiveRun::is_sheltered(TaskIndex index, TaskIndex below) const {
  if (is_below_finally(index, below)) return true;
  for (; index != no_task && index != below; index = tasks_[index].parent)
    if (tasks_[index].item < 0 && step_of(index).is_teardown()) return true;
  return false;
}

/// A teardown that did not succeed is no failure of what it stands in, unless asked for.
bool LiveRun::counts_as_failure(TaskIndex index) const {
  const TaskState state = tasks_[index].state;
  if (state != TaskState::failed && state != TaskState::upstream_failed &&
      state != TaskState::cancelled)
    return false;
  if (tasks_[index].item >= 0) return true;
  const auto& teardown = step_of(index).settings->teardown;
  return !teardown || teardown->fails_run;
}

/// Tells a container how a child has ended.
void LiveRun::count_ended(Container& inside, TaskIndex child) const {
  const TaskState state = tasks_[child].state;
  if (state == TaskState::removed) return;
  if (!is_success(state) && state != TaskState::skipped && !counts_as_failure(child)) return;
  inside.ended.add(state);
  if (state == TaskState::cancelled) ++inside.cancelled;
}

}  // namespace gt
