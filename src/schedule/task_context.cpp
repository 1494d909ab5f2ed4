#include "schedule/task_context.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gt {

namespace {

using Found = Context::Found;

constexpr std::array roots = {"params", "inputs", "outputs", "steps",       "matrix",   "run",
                              "assets", "env",    "secrets", "connections", "variables"};

template <typename Pairs>
Result<Found> find_pair(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return Found(Value(value));
  return Found(Missing{});
}

template <typename Range>
std::vector<std::string> names_of(const Range& range) {
  std::vector<std::string> names;
  for (const auto& element : range) names.push_back(element.name);
  return names;
}

/// An object in any case, so that its members can stand in a message without a question first.
Value error_value(const AttemptFailed* failure) {
  ValueObject object;
  object.append("cause", failure ? to_text(failure->cause) : "");
  object.append("message", failure ? failure->message : "");
  object.append("exit_code",
                failure && failure->exit_code ? Value(std::int64_t{*failure->exit_code}) : Value());
  return object;
}

}  // namespace

std::vector<std::string> output_names(const Step& step) {
  return step.group() ? names_of(step.group()->outputs) : names_of(step.outputs);
}

std::vector<TaskIndex> visible_items(const LiveRun& run, TaskIndex task) {
  std::vector<TaskIndex> items;
  const StepIndex own = task == no_task ? no_step : run.task(task).step;
  for (; task != no_task; task = run.task(task).parent) {
    // The call itself sees what is around it; what is inside does not.
    if (run.task(task).step != own && run.step_of(task).call()) break;
    if (run.task(task).item >= 0) items.push_back(task);
  }
  return items;
}

AttemptFailed failure_of_expression(const Error& error, std::string_view field) {
  return {Cause::invalid_expression, fmt::format("{}: {}", field, error.message), {}, {}};
}

Result<std::vector<std::pair<std::string, Value>>> outputs_of_run(const LiveRun& run) {
  std::vector<std::pair<std::string, Value>> outputs;
  const TaskContext context(run, no_task, Viewpoint::group_outputs);
  for (const GroupOutput& output : run.plan().pipeline().outputs)
    outputs.emplace_back(output.name,
                         TRY(output.from.evaluate(context).context("output {}", output.name)));
  return outputs;
}

/// The task whose parameters are seen; no_task for those of the run.
TaskIndex TaskContext::caller() const {
  if (task_ == no_task) return no_task;
  const bool is_inside = viewpoint_ == Viewpoint::group_outputs && run_.step_of(task_).call();
  return is_inside ? task_ : run_.caller(task_);
}

Result<Found> TaskContext::find_parameter(std::string_view name) const {
  if (const TaskIndex by = caller(); by != no_task) {
    const Value* given = run_.arguments(by).find(name);
    return given ? Found(*given) : Found(Missing{});
  }
  const Json* value = run_.plan().params().find(name);
  return value ? Found(value_from_json(*value)) : Found(Missing{});
}

Result<Found> TaskContext::find(NamePath path) const {
  const std::string_view root = path[0];
  if (std::ranges::find(roots, root) == roots.end()) return Found(Missing{});
  if (path.size() == 1) return Found(Scope{});
  if (root == "params") return find_parameter(path[1]);
  if (root == "inputs") return find_input(path[1]);
  if (root == "outputs")
    return places_ ? find_pair(places_->outputs, path[1]) : Result<Found>(Found(Missing{}));
  if (root == "env")
    return places_ && viewpoint_ != Viewpoint::variables ? find_pair(places_->variables, path[1])
                                                         : Result<Found>(Found(Missing{}));
  if (root == "matrix") return find_matrix(path[1]);
  if (root == "run") return find_run(path.subspan(1));
  if (root == "assets") return find_asset(path[1]);
  if (root == "secrets" || root == "connections" || root == "variables")
    return find_outside(root, path[1]);
  const StepIndex step = find_step(path[1]);
  if (step == no_step) return Found(Missing{});
  return find_in_step(step, path.subspan(2));
}

Result<Found> TaskContext::find_outside(std::string_view root, std::string_view name) const {
  if (!outside_) {
    if (root == "secrets") return Error{Errc::invalid, "a secret can stand only in run and env"};
    return error(Errc::invalid, "{} can stand only in run and env", root);
  }
  if (root == "secrets") return Found(Value(TRY(outside_->secret(name))));
  return Found(TRY(root == "variables" ? outside_->variable(name) : outside_->connection(name)));
}

Result<Found> TaskContext::find_input(std::string_view name) const {
  if (sees_own_inputs())
    return places_ ? find_pair(places_->inputs, name) : Result<Found>(Found(Missing{}));
  const TaskIndex group = viewpoint_ == Viewpoint::group_outputs || task_ == no_task
                              ? task_
                              : run_.enclosing_group(task_);
  if (group == no_task) return Found(Missing{});
  for (const Input& input : run_.step_of(group).inputs)
    if (input.name == name)
      return Found(TRY(input.from.evaluate(TaskContext(run_, group, Viewpoint::settings))));
  return Found(Missing{});
}

ScopeIndex TaskContext::visible_scope() const {
  if (task_ == no_task) return root_scope;
  const PlanStep& step = run_.plan().at(run_.task(task_).step);
  return viewpoint_ == Viewpoint::group_outputs ? step.body : step.scope;
}

StepIndex TaskContext::find_step(std::string_view name) const {
  const ScopeIndex scope = visible_scope();
  const StepIndex found = run_.plan().find(scope, name);
  const ScopeIndex followed = run_.plan().scope(scope).followed;
  if (found != no_step || followed == no_scope) return found;
  return run_.plan().find(followed, name);
}

TaskIndex TaskContext::task_of(StepIndex step) const {
  const ScopeIndex scope = run_.plan().at(step).scope;
  if (scope == root_scope || scope == finally_scope)
    return run_.first_task(scope) + (step - run_.plan().scope(scope).first_step);
  if (viewpoint_ == Viewpoint::group_outputs)
    return run_.children(task_)[step - run_.plan().scope(scope).first_step];
  return run_.sibling(task_, step);
}

Value TaskContext::output_of(TaskIndex task, std::size_t output) const {
  if (run_.task(task).kind != TaskKind::matrix) {
    const auto* values = run_.outputs(task);
    return values ? (*values)[output] : Value();
  }
  // In a forecast a matrix may be unknown as a whole.
  if (const auto* values = run_.outputs(task)) return (*values)[output];
  ValueList list;
  list.reserve(run_.children(task).size());
  for (const TaskIndex child : run_.children(task)) list.push_back(output_of(child, output));
  return list;
}

Result<Found> TaskContext::find_in_step(StepIndex step, NamePath rest) const {
  if (rest.empty()) return Found(Scope{});
  const TaskIndex task = task_of(step);
  if (rest[0] == "state") return Found(Value(to_text(run_.task(task).state)));
  if (rest[0] == "error") return Found(error_value(run_.failure(task)));
  if (rest[0] != "outputs") return Found(Missing{});
  if (rest.size() == 1) return Found(Scope{});
  const std::vector<std::string> outputs = output_names(run_.plan().step(step));
  const auto found = std::ranges::find(outputs, rest[1]);
  if (found == outputs.end()) return Found(Missing{});
  return Found(output_of(task, static_cast<std::size_t>(found - outputs.begin())));
}

Result<Found> TaskContext::find_matrix(std::string_view axis) const {
  for (const TaskIndex task : visible_items(run_, task_)) {
    const std::vector<MatrixAxis>& axes = run_.step_of(task).settings->matrix->axes;
    for (std::size_t i = 0; i < axes.size(); ++i)
      if (axes[i].name == axis) return Found(run_.item_values(task)[i]);
  }
  return Found(Missing{});
}

Result<Found> TaskContext::find_run(NamePath path) const {
  const RunRecord& run = run_.record();
  if (path[0] == "id") return Found(Value(run.uuid));
  if (path[0] == "name") return Found(Value(run.name()));
  if (path[0] == "number") return Found(Value(run.number));
  if (path[0] == "state") return Found(Value(to_text(run_.visible_state(task_))));
  if (path[0] == "logical_date") return Found(Value(format_time(run.logical_date)));
  if (path[0] != "interval") return Found(Missing{});
  if (path.size() == 1) return Found(Scope{});
  const DataInterval interval =
      run.interval.value_or(DataInterval{run.logical_date, run.logical_date});
  if (path[1] == "start") return Found(Value(format_time(interval.start)));
  if (path[1] == "end") return Found(Value(format_time(interval.end)));
  return Found(Missing{});
}

Result<Found> TaskContext::find_asset(std::string_view name) const {
  const Value* const content = run_.record().assets.find(name);
  if (content == nullptr)
    return Error{Errc::invalid,
                 fmt::format("asset {} had no version when the run was recorded", name),
                 "a step updates it by an output with `asset`, or `geartrain asset update`"};
  bool has_artifact = false;
  for_each_artifact(*content, [&](const Artifact&) { has_artifact = true; });
  // Only an input has a place.
  if (has_artifact && sees_own_inputs())
    return Error{Errc::invalid, fmt::format("asset {} is an artifact", name),
                 fmt::format("make it an input of the step: {0}: ${{{{ assets.{0} }}}}", name)};
  return Found(Value(*content));
}

std::vector<std::string> TaskContext::names(NamePath scope) const {
  if (scope.empty()) return {roots.begin(), roots.end()};
  const std::string_view root = scope[0];
  std::vector<std::string> names;
  if (root == "params") {
    if (const TaskIndex by = caller(); by != no_task)
      for (const auto& [name, value] : run_.arguments(by)) names.push_back(name);
    else
      for (const auto& [name, value] : run_.plan().params()) names.push_back(name);
  } else if (root == "inputs") {
    if (sees_own_inputs()) return names_of(run_.step_of(task_).inputs);
    const TaskIndex group = viewpoint_ == Viewpoint::group_outputs || task_ == no_task
                                ? task_
                                : run_.enclosing_group(task_);
    if (group != no_task) return names_of(run_.step_of(group).inputs);
  } else if (root == "outputs") {
    if (places_)
      for (const auto& [name, path] : places_->outputs) names.push_back(name);
  } else if (root == "env") {
    if (places_ && viewpoint_ != Viewpoint::variables)
      for (const auto& [name, value] : places_->variables) names.push_back(name);
  } else if (root == "matrix") {
    for (const TaskIndex task : visible_items(run_, task_))
      for (const MatrixAxis& axis : run_.step_of(task).settings->matrix->axes)
        names.push_back(axis.name);
  } else if (root == "run") {
    if (scope.size() == 1) return {"id", "name", "number", "state", "logical_date", "interval"};
    return {"start", "end"};
  } else if (root == "assets") {
    for (const auto& [name, content] : run_.record().assets) names.push_back(name);
  } else if (root == "steps") {
    if (scope.size() == 1) {
      const auto add = [&](ScopeIndex index) {
        const PlanScope& range = run_.plan().scope(index);
        for (std::uint32_t i = 0; i < range.step_count; ++i)
          names.push_back(run_.plan().step(range.first_step + i).name);
      };
      add(visible_scope());
      const ScopeIndex followed = run_.plan().scope(visible_scope()).followed;
      if (followed != no_scope) add(followed);
    } else if (scope.size() == 2) {
      return {"outputs", "state", "error"};
    } else if (const StepIndex step = find_step(scope[1]); step != no_step) {
      return output_names(run_.plan().step(step));
    }
  }
  return names;
}

Result<Value> TaskContext::status(StatusFunction function) const {
  const LiveRun::Task& task = run_.task(task_);
  const UpstreamCounts& counts = task.item >= 0 ? run_.task(task.parent).counts : task.counts;
  bool any_failed = counts.failed > 0 || counts.upstream_failed > 0;
  const bool is_below_finally = run_.plan().scope(visible_scope()).followed != no_scope;
  const RunState state = is_below_finally ? run_.visible_state(task_) : run_.visible_state();
  if (is_below_finally) any_failed = any_failed || state == RunState::failed;
  switch (function) {
    case StatusFunction::always:
      return Value(true);
    case StatusFunction::failure:
      return Value(any_failed);
    case StatusFunction::success:
      return Value(!any_failed && state != RunState::cancelled);
    case StatusFunction::cancelled:
      return Value(run_.record().cancel != CancelMode::none);
  }
  return Value(false);
}

}  // namespace gt
