#include "view/attempt_choice.h"

#include <algorithm>

#include "base/text.h"

namespace gt {

Result<void> refuse_container(const RunView& view, const TaskRecord& task) {
  if (!view.has_parts(task)) return {};
  const auto parts = view.parts(task);
  Error problem =
      error(Errc::invalid, "{} is a {}: name a task in it", view.path(task), to_text(task.kind));
  problem.hint = parts.size() == 1 ? parts.front() : parts.front() + " … " + parts.back();
  return problem;
}

Result<std::optional<ChosenAttempt>> choose_attempt(RunStore& runs, const Home& home,
                                                    Transaction& transaction, const RunView& view,
                                                    const TaskRecord& task,
                                                    const std::optional<std::int64_t>& number) {
  TRY(refuse_container(view, task));
  auto attempts = TRY(runs.attempts(transaction, view.run().id, task.index));
  ChosenAttempt chosen;
  const TaskResult* const result = view.result(task);
  std::int64_t wanted = number.value_or(0);
  if (!number && task.state == TaskState::cached && result != nullptr && result->cached_from) {
    attempts = TRY(runs.attempts(transaction, result->cached_from->run, result->cached_from->task));
    chosen.other_run = view.source_run(task);
    wanted = result->cached_from->number;
  }
  if (attempts.empty() && !number) return std::optional<ChosenAttempt>();
  const auto found = wanted == 0
                         ? std::prev(attempts.end())
                         : std::ranges::find(attempts, wanted, [](const AttemptRecord& one) {
                             return std::int64_t{one.id.number};
                           });
  if (found == attempts.end()) {
    Error problem = error(Errc::not_found, "{} has no attempt {}", view.path(task), wanted);
    problem.hint = fmt::format("it has {} so far", attempts.size());
    return problem;
  }
  chosen.record = *found;
  chosen.folder = home.at("attempts/" + chosen.record.outside_name);
  return std::optional(std::move(chosen));
}

}  // namespace gt
