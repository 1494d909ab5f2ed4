#include "cli/task_reason.h"

#include <algorithm>

#include "base/text.h"
#include "cli/run_text.h"
#include "plan/selection.h"

namespace gt {

namespace {

/// The tasks of the same scope that the task waits for.
std::vector<const TaskRecord*> upstream_of(const RunView& view, const TaskRecord& task) {
  // An item of a matrix waits for nothing of its own: its matrix did.
  const TaskRecord& waiting = task.item >= 0 ? view.tasks()[task.parent] : task;
  std::vector<const TaskRecord*> found;
  const auto steps = view.plan().upstream(waiting.step);
  for (const TaskRecord& other : view.tasks())
    if (other.parent == waiting.parent && other.item < 0 &&
        std::ranges::count(steps, other.step) > 0)
      found.push_back(&other);
  return found;
}

/// Of `tasks` those that the teardown ends.
std::vector<const TaskRecord*> setups_of(const RunView& view, const TaskRecord& teardown,
                                         std::vector<const TaskRecord*> tasks) {
  const auto setups = view.plan().setups(teardown.step);
  std::erase_if(
      tasks, [&](const TaskRecord* task) { return std::ranges::count(setups, task->step) == 0; });
  return tasks;
}

std::string with_states(const RunView& view, const std::vector<const TaskRecord*>& tasks) {
  std::string text;
  for (const TaskRecord* task : tasks)
    text +=
        fmt::format("{}{} is {}", text.empty() ? "" : ", ", view.path(*task), to_text(task->state));
  return text;
}

std::string skip_reason(const RunView& view, const TaskRecord& task,
                        const std::vector<const TaskRecord*>& unsuccessful) {
  const auto selection = Selection::make(
      view.plan(), {view.run().options.only, view.run().options.from, view.run().options.refresh});
  if (selection && selection->is_excluded(task.step))
    return fmt::format("the run was asked for {} only", fmt::join(view.run().options.only, ", "));
  const Step& step = view.step_of(task);
  const std::string rule = fmt::format("trigger_rule {}", to_text(step.trigger_rule));
  if (!unsuccessful.empty()) return fmt::format("{}: {}", rule, with_states(view, unsuccessful));
  if (step.settings->condition) return "its condition (if) does not hold";
  return fmt::format("{} does not hold", rule);
}

}  // namespace

std::string task_reason(const RunView& view, const TaskRecord& task, ClaimView& claims) {
  if (std::string waits = claims.reason(view, task); !waits.empty()) return "it " + waits;
  std::vector<const TaskRecord*> unended, unsuccessful;
  for (const TaskRecord* other : upstream_of(view, task)) {
    if (!is_ended(other->state)) unended.push_back(other);
    if (is_ended(other->state) && !is_success(other->state)) unsuccessful.push_back(other);
  }
  switch (task.state) {
    case TaskState::waiting:
      return unended.empty() ? "its turn has not come" : "it waits: " + with_states(view, unended);
    case TaskState::ready:
      return "it waits for a slot, its environment, or an equal task";
    case TaskState::skipped:
      if (!task.message.empty()) return printable(task.message);
      return skip_reason(view, task, unsuccessful);
    case TaskState::upstream_failed:
      if (view.step_of(task).is_teardown())
        return "none of its setups succeeded: " +
               with_states(view, setups_of(view, task, unsuccessful));
      return with_states(view, unsuccessful);
    case TaskState::cancelled:
      return task.message.empty() ? "the run was cancelled" : printable(task.message);
    case TaskState::removed:
      return "its matrix was decided again, without this combination";
    case TaskState::deferred:
      return "it " + view.waits(task);
    case TaskState::succeeded:
      return approval_text(view.approval(task));
    case TaskState::queued:
    case TaskState::running:
    case TaskState::retry_wait:
    case TaskState::cached:
    case TaskState::failed:
      return {};
  }
  return {};
}

}  // namespace gt
