#include "cli/log_choice.h"

#include <algorithm>
#include <map>
#include <set>

namespace gt {

namespace {

/// "candidates[2].train" as "candidates.train".
std::string without_indices(const std::string& path) {
  std::string plain;
  bool is_index = false;
  for (const char c : path) {
    is_index = is_index || c == '[';
    if (!is_index) plain += c;
    if (c == ']') is_index = false;
  }
  return plain;
}

bool is_below(const std::string& path, const std::string& above) {
  return path.starts_with(above) && path.size() > above.size() &&
         (path[above.size()] == '.' || path[above.size()] == '[');
}

struct ChosenTask {
  const TaskRecord* task;
  bool is_named;  ///< itself, not by what it is in
};

Result<std::vector<ChosenTask>> choose_tasks(const RunView& view,
                                             const std::vector<std::string>& names) {
  std::vector<ChosenTask> chosen;
  std::set<std::string> used;
  for (const TaskRecord* task : view.in_order()) {
    const std::string path = view.path(*task);
    bool is_chosen = names.empty(), is_named = false;
    for (const std::string& name : names) {
      const bool is_same = path == name || without_indices(path) == name;
      if (!is_same && !is_below(path, name)) continue;
      is_chosen = true;
      is_named = is_named || is_same;
      used.insert(name);
    }
    if (is_chosen && !view.has_parts(*task)) chosen.push_back({task, is_named});
  }
  for (const std::string& name : names)
    if (!used.contains(name)) return view.find(name).error();
  return chosen;
}

bool is_wanted(const WantedAttempt& wanted, std::int64_t number, bool is_last) {
  if (std::holds_alternative<EveryAttempt>(wanted)) return true;
  const auto* only = std::get_if<std::int64_t>(&wanted);
  return only == nullptr ? is_last : *only == number;
}

}  // namespace

Result<const TaskRecord*> only_task(const RunView& view, const LogWishes& wishes) {
  if (wishes.names.size() != 1 || std::holds_alternative<EveryAttempt>(wishes.attempt))
    return nullptr;
  const auto tasks = TRY(choose_tasks(view, wishes.names));
  const bool is_one = tasks.size() == 1 && view.path(*tasks[0].task) == wishes.names[0];
  return is_one ? tasks[0].task : nullptr;
}

Result<LogChoice> choose_logs(Records& records, Transaction& transaction, const RunView& view,
                              const LogWishes& wishes) {
  const auto tasks = TRY(choose_tasks(view, wishes.names));
  std::map<TaskIndex, std::vector<AttemptRecord>> attempts;
  for (AttemptRecord& attempt : TRY(records.runs.attempts(transaction, view.run().id)))
    attempts[attempt.id.task].push_back(std::move(attempt));
  LogChoice choice;
  for (const auto& [task, is_named] : tasks) {
    const std::string path = view.path(*task);
    choice.width = std::max(choice.width, path.size());
    choice.can_grow = choice.can_grow || !is_ended(task->state);
    if (task->state == TaskState::cached && wishes.attempt.index() == 0) {
      if (!is_named) ++choice.cached;
      if (!is_named) continue;
      if (auto attempt = TRY(
              choose_attempt(records.runs, records.home, transaction, view, *task, std::nullopt)))
        choice.logs.push_back({path, *std::move(attempt)});
      continue;
    }
    const auto& own = attempts[task->index];
    for (const AttemptRecord& attempt : own)
      if (is_wanted(wishes.attempt, attempt.id.number, &attempt == &own.back()))
        choice.logs.push_back({path,
                               {.record = attempt,
                                .other_run = {},
                                .folder = records.home.at("attempts/" + attempt.outside_name)}});
  }
  return choice;
}

}  // namespace gt
