#include "schedule/borrowed_results.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "definition/references.h"
#include "schedule/task_context.h"
#include "schedule/task_path_part.h"

namespace gt {

namespace {

/// Which outputs of one step are read.
struct Reads {
  std::set<std::string, std::less<>> names;
  bool all = false;
  bool contain(std::string_view name) const { return all || names.contains(name); }
};

/// By the names of steps; under the empty name: of any step, by a name that is computed.
using ReadsOfSteps = std::map<std::string, Reads, std::less<>>;

void add_reads(const Step& step, ReadsOfSteps& reads) {
  for_each_reference(step, [&](Place, const Reference& reference) {
    const std::string_view name = step_referred_to(reference);
    if (name.empty()) {
      if (reference.path.size() == 1 && reference.path[0] == "steps") reads[""].all = true;
      return;
    }
    Reads& own = reads[std::string(name)];
    if (reference.path.size() > 3)
      own.names.emplace(reference.path[3]);
    else if (reference.path.size() < 3 || reference.path[2] == "outputs")
      own.all = true;
  });
  if (reads.contains(""))
    for (auto& [name, own] : reads) own.all = true;
}

TaskKind kind_of_task(const Step& step) {
  if (step.settings->matrix) return TaskKind::matrix;
  return step.group() ? TaskKind::group : TaskKind::step;
}

bool is_alike(const Step& before, const Step& now, std::string_view output) {
  if (before.group() || now.group()) return bool(before.group()) == bool(now.group());
  const auto find = [&](const Step& step) {
    return std::ranges::find(step.outputs, output, &Output::name);
  };
  const auto from = find(before), to = find(now);
  if (from->is_artifact() != to->is_artifact()) return false;
  return from->is_artifact() ? from->is_folder == to->is_folder : from->type == to->type;
}

class Beginning {
 public:
  Beginning(const Plan& plan, const ChosenStep& chosen, const EarlierRun& earlier, Time now)
      : plan_(plan), chosen_(chosen), earlier_(earlier), now_(now) {}

  Result<RunChanges> make() && {
    for (const ScopeIndex scope : {root_scope, finally_scope})
      for (std::uint32_t i = 0; i < plan_.scope(scope).step_count; ++i) {
        const StepIndex step = plan_.scope(scope).first_step + i;
        add(no_task, step, -1, kind_of_task(plan_.step(step)));
      }
    const std::set<StepIndex> executed = executed_steps();
    ReadsOfSteps reads;
    for (const StepIndex step : executed) add_reads(plan_.step(step), reads);
    const bool may_read_any = reads.contains("");
    const std::set<StepIndex> before = all_before(executed);
    for (const StepIndex step : before) {
      const bool is_direct = std::ranges::any_of(executed, [&](StepIndex reader) {
        return std::ranges::binary_search(plan_.upstream(reader), step);
      });
      const auto own = reads.find(plan_.step(step).name);
      Reads wanted = own == reads.end() ? Reads{} : own->second;
      wanted.all = wanted.all || (is_direct && may_read_any);
      const RunChanges so_far = is_direct ? RunChanges{} : changes_;
      auto taken = take(step, wanted);
      if (taken) continue;
      if (is_direct) return std::move(taken).error();
      // Nothing depends on it here.
      changes_ = so_far;
      skip(step);
    }
    // What the earlier run began it has ended.
    for (std::uint32_t i = 0; i < plan_.scope(root_scope).step_count; ++i) {
      const StepIndex step = plan_.scope(root_scope).first_step + i;
      const auto setups = plan_.setups(step);
      if (plan_.step(step).is_teardown() && step != chosen_.step && !before.contains(step) &&
          std::ranges::none_of(setups, [&](StepIndex setup) { return executed.contains(setup); }))
        skip(step);
    }
    if (chosen_.item) TRY(choose_item());
    changes_.run = RunStateChange{RunState::running, now_, {}, {}, false, {}};
    changes_.events.push_back(
        {now_, "run_started", no_task, {{"inputs_from", earlier_.loaded.run.name()}}});
    return std::move(changes_);
  }

 private:
  TaskRecord& change(TaskIndex task) { return changes_.created[task]; }

  TaskIndex add(TaskIndex parent, StepIndex step, std::int32_t item, TaskKind kind) {
    TaskRecord& task = changes_.created.emplace_back();
    task.index = static_cast<TaskIndex>(changes_.created.size() - 1);
    task.parent = parent;
    task.step = step;
    task.item = item;
    task.kind = kind;
    return task.index;
  }

  void skip(StepIndex step) {
    change(step).state = TaskState::skipped;
    change(step).ended_at = now_;
  }

  /// The chosen step, with the setups that it lies behind: their teardowns have ended what they
  /// began in the earlier run.
  std::set<StepIndex> executed_steps() const {
    std::set<StepIndex> found;
    std::vector<StepIndex> todo = {chosen_.step};
    while (!todo.empty()) {
      const StepIndex step = todo.back();
      todo.pop_back();
      if (!found.insert(step).second) continue;
      const auto add_setups = [&](StepIndex of) {
        const auto setups = plan_.setups(of);
        todo.insert(todo.end(), setups.begin(), setups.end());
      };
      add_setups(step);
      for (const StepIndex teardown : plan_.teardowns(step)) add_setups(teardown);
    }
    return found;
  }

  std::set<StepIndex> all_before(const std::set<StepIndex>& executed) const {
    std::set<StepIndex> found;
    std::vector<StepIndex> todo(executed.begin(), executed.end());
    while (!todo.empty()) {
      const StepIndex step = todo.back();
      todo.pop_back();
      for (const StepIndex before : plan_.upstream(step))
        if (!executed.contains(before) && found.insert(before).second) todo.push_back(before);
    }
    return found;
  }

  const std::string& earlier_name() const { return name_; }

  Error no_result(const std::string& task, std::string_view why) const {
    return Error{
        Errc::not_found,
        fmt::format("{} has no result of {} that could be used: {}", earlier_name(), task, why),
        fmt::format("`geartrain show {}` shows what it has; `geartrain run --only {}` "
                    "executes what is missing, too",
                    earlier_name(), plan_.step(chosen_.step).name)};
  }

  /// The task of the earlier run for a step of ours, by its name.
  Result<const TaskRecord*> find(StepIndex step) const {
    const std::string& name = plan_.step(step).name;
    const StepIndex before = earlier_.plan.find(root_scope, name);
    if (before == no_step || before >= earlier_.loaded.tasks.size()) {
      std::vector<std::string> names;
      const PlanScope& root = earlier_.plan.scope(root_scope);
      for (std::uint32_t i = 0; i < root.step_count; ++i)
        names.push_back(earlier_.plan.step(root.first_step + i).name);
      const auto near = nearest(name, names);
      return no_result(name, fmt::format("it had no step of that name{}",
                                         near ? "; is it " + *near + "?" : std::string()));
    }
    return &earlier_.loaded.tasks[before];
  }

  const TaskResult* result_of(TaskIndex task) const {
    const auto found = std::ranges::find(earlier_.loaded.results, task, &TaskResult::task);
    return found == earlier_.loaded.results.end() ? nullptr : &*found;
  }

  /// Makes a task of the step, and the items of its matrix, what they were.
  Result<void> take(StepIndex step, const Reads& wanted) {
    const TaskRecord& before = *TRY(find(step));
    const Step& now = plan_.step(step);
    if (before.kind != kind_of_task(now))
      return Error{Errc::conflict,
                   fmt::format("{} was a {} in {} and is a {} now", now.name, to_text(before.kind),
                               earlier_name(), to_text(kind_of_task(now))),
                   fmt::format("`geartrain run --only {}` executes it as it is now",
                               plan_.step(chosen_.step).name)};
    if (before.kind != TaskKind::matrix) return take_task(step, before, now.name, wanted);
    if (!is_success(before.state) && before.state != TaskState::skipped)
      return no_result(now.name, fmt::format("it is {}", to_text(before.state)));
    return take_items(step, before, wanted, std::nullopt);
  }

  /// `left_out` stays waiting.
  Result<void> take_items(TaskIndex matrix, const TaskRecord& before, const Reads& wanted,
                          std::optional<std::int32_t> left_out) {
    const Step& now = plan_.step(change(matrix).step);
    change(matrix).state = left_out ? TaskState::running : before.state;
    change(matrix).started_at = now_;
    if (!left_out) change(matrix).ended_at = now_;
    const auto expansion =
        std::ranges::find(earlier_.loaded.expansions, before.index, &MatrixExpansion::task);
    if (expansion == earlier_.loaded.expansions.end()) return {};
    MatrixExpansion items = TRY(expansion_now(*expansion, before, now));
    items.task = matrix;
    changes_.expansions.push_back(std::move(items));
    const TaskKind kind = now.group() ? TaskKind::group : TaskKind::step;
    for (const TaskRecord& item : earlier_.loaded.tasks) {
      if (item.parent != before.index) continue;
      const TaskIndex own = add(matrix, change(matrix).step, item.item, kind);
      if (left_out == item.item) continue;
      auto taken = take_task(own, item, fmt::format("{}[{}]", now.name, item.item), wanted);
      if (!taken && !left_out) return taken;
      if (!taken) change(own).state = TaskState::skipped;
    }
    return {};
  }

  /// The values of the items, in the order in which the axes stand now.
  Result<MatrixExpansion> expansion_now(const MatrixExpansion& expansion, const TaskRecord& before,
                                        const Step& now) const {
    const auto& axes_before = earlier_.plan.step(before.step).settings->matrix->axes;
    const auto& axes_now = now.settings->matrix->axes;
    MatrixExpansion items;
    items.items.resize(expansion.items.size());
    bool is_same = axes_before.size() == axes_now.size();
    for (const MatrixAxis& axis : axes_now) {
      const auto found = std::ranges::find(axes_before, axis.name, &MatrixAxis::name);
      is_same = is_same && found != axes_before.end();
      if (!is_same) break;
      for (std::size_t i = 0; i < items.items.size(); ++i)
        items.items[i].push_back(
            expansion.items[i][static_cast<std::size_t>(found - axes_before.begin())]);
    }
    if (is_same) return items;
    return Error{
        Errc::conflict,
        fmt::format("the matrix of {} has other axes now than in {}", now.name, earlier_name()),
        fmt::format("`geartrain run --only {}` executes it as it is now",
                    plan_.step(chosen_.step).name)};
  }

  Result<void> take_task(TaskIndex task, const TaskRecord& before, const std::string& path,
                         const Reads& wanted) {
    change(task).started_at = now_;
    change(task).ended_at = now_;
    change(task).state = TaskState::skipped;
    if (before.state == TaskState::skipped) return {};
    if (!is_success(before.state))
      return no_result(path, fmt::format("it is {}", to_text(before.state)));
    const TaskResult* const found = result_of(before.index);
    TaskResult result{task, TRY(outputs_now(before, change(task).step, path, found, wanted)),
                      AttemptId{earlier_.loaded.run.id, before.index, before.attempts}};
    if (found != nullptr && found->cached_from) result.cached_from = found->cached_from;
    changes_.results.push_back(std::move(result));
    changes_.manifests.push_back(
        {task,
         {},
         fmt::format("its result is taken from {}, as it was asked for", earlier_name())});
    change(task).state = TaskState::cached;
    return {};
  }

  /// The recorded outputs by name, in the order of the step as it is now.
  Result<std::vector<OutputValue>> outputs_now(const TaskRecord& before, StepIndex step,
                                               const std::string& path, const TaskResult* result,
                                               const Reads& wanted) const {
    const Step& step_before = earlier_.plan.step(before.step);
    const std::vector<std::string> names_before = output_names(step_before);
    std::vector<OutputValue> outputs;
    for (const std::string& name : output_names(plan_.step(step))) {
      outputs.emplace_back();
      const auto found = std::ranges::find(names_before, name);
      const auto position = static_cast<std::size_t>(found - names_before.begin());
      if (result == nullptr || position >= result->outputs.size() || found == names_before.end()) {
        if (wanted.contain(name)) return no_result(path, fmt::format("it gave no {}", name));
        continue;
      }
      if (!is_alike(step_before, plan_.step(step), name)) {
        if (wanted.contain(name))
          return no_result(path, fmt::format("its output {} is of another kind now", name));
        continue;
      }
      const OutputValue& value = result->outputs[position];
      bool is_there = true;
      for_each_artifact(value, [&](const Artifact& artifact) {
        is_there = is_there && !earlier_.missing.contains(artifact.digest);
      });
      if (is_there)
        outputs.back() = value;
      else
        return no_result(path, fmt::format("its artifact {} is not there any more", name));
    }
    return outputs;
  }

  /// Of the chosen step only one item is executed; the others are what they were.
  Result<void> choose_item() {
    const Step& now = plan_.step(chosen_.step);
    const TaskRecord& before = *TRY(find(chosen_.step));
    const bool has_items =
        std::ranges::count(earlier_.loaded.expansions, before.index, &MatrixExpansion::task) > 0;
    const auto is_it = [&](const TaskRecord& task) {
      return task.parent == before.index && task.item == *chosen_.item;
    };
    if (before.kind != TaskKind::matrix || !has_items ||
        std::ranges::none_of(earlier_.loaded.tasks, is_it))
      return Error{Errc::not_found,
                   fmt::format("{} has no {}[{}]", earlier_name(), now.name, *chosen_.item),
                   fmt::format("`geartrain show {}` lists its tasks", earlier_name())};
    return take_items(chosen_.step, before, Reads{}, chosen_.item);
  }

  const Plan& plan_;
  const ChosenStep& chosen_;
  const EarlierRun& earlier_;
  Time now_;
  std::string name_ = earlier_.loaded.run.name();
  RunChanges changes_;
};

}  // namespace

Result<ChosenStep> choose_step(const Plan& plan, std::string_view text) {
  ChosenStep chosen;
  std::string_view path = text;
  if (const auto part = parse_task_path_part(text)) {
    path = part->name;
    chosen.item = part->item;
  }
  chosen.step = plan.find_path(path);
  if (chosen.step == no_step) {
    std::vector<std::string> paths;
    for (StepIndex i = 0; i < plan.steps().size(); ++i) paths.push_back(plan.path(i));
    Error problem = error(Errc::not_found, "pipeline {} has no step {}", plan.pipeline().name,
                          shell_quoted(printable(path)));
    const auto near = nearest(path, paths);
    problem.hint = near ? fmt::format("did you mean {}?", *near) : "`geartrain graph` lists them";
    return problem;
  }
  const PlanScope& scope = plan.scope(plan.at(chosen.step).scope);
  if (scope.owner != no_step)
    return Error{Errc::invalid,
                 fmt::format("{} stands inside a group, which is executed as a whole", path),
                 fmt::format("name the group: {}", split(path, '.').front())};
  if (plan.at(chosen.step).scope == finally_scope)
    return Error{Errc::invalid,
                 fmt::format("{} is a step of finally, which looks back at a whole run", path),
                 "`geartrain run` executes it at the end"};
  if (chosen.item && !plan.step(chosen.step).settings->matrix)
    return Error{Errc::not_found, fmt::format("{} has no matrix, so there is no {}", path, text),
                 fmt::format("name the step: {}", path)};
  return chosen;
}

Result<RunChanges> begin_on_results(const Plan& plan, const ChosenStep& chosen,
                                    const EarlierRun& earlier, Time now) {
  return Beginning(plan, chosen, earlier, now).make();
}

}  // namespace gt
