#include "schedule/find_tasks.h"

#include "base/text.h"
#include "schedule/live_run.h"
#include "schedule/task_path_part.h"

namespace gt {

namespace {

class Finder {
 public:
  explicit Finder(const LiveRun& run) : run_(run) {}

  std::vector<TaskIndex> find(std::string_view path) {
    std::vector<TaskIndex> found;
    bool is_first = true;
    for (const std::string_view text : split(path, '.')) {
      const auto part = parse_task_path_part(text);
      if (!part) return {};
      found = is_first ? first(part->name) : inside(found, part->name);
      if (part->item) found = items(found, *part->item);
      is_first = false;
    }
    return found;
  }

 private:
  std::vector<TaskIndex> first(std::string_view name) const {
    for (const ScopeIndex scope : {root_scope, finally_scope})
      if (const StepIndex step = run_.plan().find(scope, name); step != no_step)
        return {run_.first_task(scope) + (step - run_.plan().scope(scope).first_step)};
    return {};
  }

  std::vector<TaskIndex> inside(const std::vector<TaskIndex>& tasks, std::string_view name) const {
    std::vector<TaskIndex> found;
    for (const TaskIndex task : tasks) {
      if (run_.task(task).kind == TaskKind::matrix) {
        const auto children = run_.children(task);
        const auto below = inside({children.begin(), children.end()}, name);
        found.insert(found.end(), below.begin(), below.end());
        continue;
      }
      const ScopeIndex body = run_.plan().at(run_.task(task).step).body;
      if (body == no_scope || run_.children(task).size() == 0) continue;
      const StepIndex step = run_.plan().find_with_finally(body, name);
      if (step == no_step) continue;
      found.push_back(run_.children(task)[step - run_.plan().scope(body).first_step]);
    }
    return found;
  }

  std::vector<TaskIndex> items(const std::vector<TaskIndex>& tasks, std::int32_t item) const {
    std::vector<TaskIndex> found;
    for (const TaskIndex task : tasks)
      for (const TaskIndex child : run_.children(task))
        if (run_.task(child).item == item) found.push_back(child);
    return found;
  }

  const LiveRun& run_;
};

Error no_task_named(const LiveRun& run, std::string_view path) {
  constexpr TaskIndex compared_max = 10'000;
  std::vector<std::string> paths;
  for (TaskIndex task = 0; task < run.tasks().size() && task < compared_max; ++task)
    paths.push_back(run.task_path(task));
  Error problem = error(Errc::not_found, "run {} has no task {}", run.record().name(),
                        shell_quoted(printable(path)));
  const auto near = nearest(path, paths);
  problem.hint = near ? fmt::format("did you mean {}?", shell_quoted(*near))
                      : fmt::format("`geartrain show {}` lists its tasks", run.record().name());
  if (run.plan().find_path(path) != no_step)
    problem.hint = "the group or matrix around it was never entered: clear that";
  return problem;
}

}  // namespace

Result<std::vector<TaskIndex>> find_tasks(const LiveRun& run, std::string_view path) {
  // A run that was never begun has no tasks at all.
  std::vector<TaskIndex> found;
  if (!run.tasks().empty()) found = Finder(run).find(path);
  if (found.empty()) return no_task_named(run, path);
  return found;
}

Result<TaskIndex> find_approval(const LiveRun& run, std::string_view path) {
  const std::vector<TaskIndex> found = TRY(find_tasks(run, path));
  const TaskIndex first = found.front();
  if (!run.step_of(first).approval())
    return Error{Errc::invalid, fmt::format("{} is no step that a person approves", path),
                 "such a step has `approve`"};
  if (found.size() == 1 && run.task(first).kind == TaskKind::step) return first;
  return Error{Errc::invalid, fmt::format("{} has several tasks", path),
               fmt::format("name one of them, as in '{}[0]'", path)};
}

}  // namespace gt
