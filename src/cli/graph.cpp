#include "cli/graph.h"

#include <algorithm>

#include "definition/references.h"
#include "definition/step_order.h"
#include "expression/context.h"
#include "plan/expand.h"

namespace gt {

namespace {

bool reads(const Step& step, const std::string& name) {
  bool found = false;
  for_each_reference(step, [&](Place, const Reference& reference) {
    found = found || step_referred_to(reference) == name;
  });
  return found;
}

/// Whether a teardown waits for the step anyway, since it waits for one that follows from it.
bool is_implied(const Plan& plan, StepIndex teardown, StepIndex from) {
  if (!plan.step(teardown).is_teardown()) return false;
  const auto waits_for = plan.upstream(teardown);
  const auto written = upstream_names(plan.step(teardown));
  if (std::ranges::count(written, plan.step(from).name) > 0) return false;
  return std::ranges::any_of(plan.downstream(from), [&](StepIndex next) {
    return next != teardown && std::ranges::binary_search(waits_for, next);
  });
}

/// The steps of a scope with their edges, as in the file.
GraphScope steps_of(const Plan& plan, ScopeIndex index, const Context& context) {
  const PlanScope& scope = plan.scope(index);
  GraphScope steps;
  for (StepIndex at = scope.first_step; at < scope.first_step + scope.step_count; ++at) {
    GraphStep one{.index = at, .layer = 0, .before = {}, .matrix = {}, .states = {}};
    for (const StepIndex from : plan.upstream(at)) {
      if (is_implied(plan, at, from)) continue;
      const bool is_data = reads(plan.step(at), plan.step(from).name);
      one.before.push_back({from, is_data ? EdgeKind::data : EdgeKind::order});
    }
    if (const auto& matrix = plan.step(at).settings->matrix) {
      one.matrix.emplace();
      for (const MatrixAxis& axis : matrix->axes) one.matrix->axes.push_back(axis.name);
      if (const auto items = expand(*matrix, context)) one.matrix->items = items->size();
    }
    steps.push_back(std::move(one));
  }
  return steps;
}

void sort_by_layer(const PlanScope& scope, GraphScope& steps) {
  StepEdges edges(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i)
    for (const GraphEdge& edge : steps[i].before) edges[i].push_back(edge.from - scope.first_step);
  for (const std::uint32_t i : order_steps(edges).sequence)
    for (const std::uint32_t before : edges[i])
      steps[i].layer = std::max(steps[i].layer, steps[before].layer + 1);
  std::ranges::stable_sort(steps, {}, &GraphStep::layer);
}

/// What called pipelines are given, as far as it does not depend on other steps.
class StaticParameters {
 public:
  explicit StaticParameters(const Plan& plan) : plan_(plan) {
    // Callers have lower indices than what they call.
    for (StepIndex index = 0; index < plan.steps().size(); ++index)
      if (const PipelineCall* call = plan.step(index).call()) values_[index] = given(index, *call);
  }

  Value of(ScopeIndex scope) const {
    const StepIndex caller = plan_.scope(scope).caller;
    return caller == no_step ? value_from_json(plan_.params()) : Value(values_.at(caller));
  }

 private:
  ValueObject given(StepIndex index, const PipelineCall& call) const {
    const ValueContext context({{"params", of(plan_.at(index).scope)}});
    ValueObject values;
    for (const Parameter& parameter : call.pipeline->params) {
      const auto one = std::ranges::find(call.params, parameter.name, &Argument::name);
      if (one == call.params.end())
        values.append(parameter.name, value_from_json(parameter.default_value.value_or(Json())));
      else if (auto value = one->value.evaluate(context))
        values.append(parameter.name, *std::move(value));
    }
    return values;
  }

  const Plan& plan_;
  std::map<StepIndex, ValueObject> values_;
};

}  // namespace

Graph make_graph(const Plan& plan) {
  const StaticParameters params(plan);
  Graph graph{plan, {}};
  for (ScopeIndex index = 0; index < plan.scopes().size(); ++index) {
    const ValueContext context({{"params", params.of(index)}});
    graph.scopes.push_back(steps_of(plan, index, context));
    sort_by_layer(plan.scope(index), graph.scopes.back());
  }
  return graph;
}

Graph make_graph(const RunView& run) {
  std::vector<StateCounts> states(run.plan().steps().size());
  std::vector<std::size_t> items(states.size()), matrices(states.size());
  for (const TaskRecord& task : run.tasks()) {
    const bool has_items = task.kind == TaskKind::matrix && run.has_parts(task);
    if (has_items)
      ++matrices[task.step];
    else
      ++states[task.step][task.state];
    if (task.item >= 0 && task.state != TaskState::removed) ++items[task.step];
  }
  Graph graph = make_graph(run.plan());
  for (GraphScope& scope : graph.scopes)
    for (GraphStep& step : scope) {
      // Matrices of a group that is repeated itself may have different sizes.
      if (step.matrix && matrices[step.index] == 1) step.matrix->items = items[step.index];
      step.states = std::move(states[step.index]);
    }
  return graph;
}

TaskState main_state(const StateCounts& states) {
  for (const TaskState state :
       {TaskState::failed, TaskState::running, TaskState::queued, TaskState::retry_wait,
        TaskState::deferred, TaskState::ready, TaskState::upstream_failed, TaskState::cancelled,
        TaskState::waiting, TaskState::succeeded, TaskState::cached})
    if (states.contains(state)) return state;
  return states.empty() ? TaskState::waiting : TaskState::skipped;
}

std::string states_text(const StateCounts& states) {
  if (states.size() == 1 && states.begin()->second == 1) return to_text(states.begin()->first);
  std::string text;
  for (const auto& [state, count] : states)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_text(state));
  return text;
}

std::string matrix_text(const GraphStep& step) {
  if (!step.matrix) return {};
  return fmt::format("×{} {}", step.matrix->items ? std::to_string(*step.matrix->items) : "?",
                     fmt::join(step.matrix->axes, ", "));
}

}  // namespace gt
