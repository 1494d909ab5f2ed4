#include "plan/selection.h"

#include "base/text.h"

namespace gt {

namespace {

Result<StepIndex> find_step(const Plan& plan, const std::string& path) {
  const StepIndex found = plan.find_path(path);
  if (found != no_step) return found;
  std::vector<std::string> paths;
  for (StepIndex i = 0; i < plan.steps().size(); ++i) paths.push_back(plan.path(i));
  Error problem =
      error(Errc::not_found, "pipeline {} has no step {}", plan.pipeline().name, printable(path));
  if (const auto near = nearest(path, paths)) problem.hint = "did you mean " + *near + "?";
  return problem;
}

void force_inside(const Plan& plan, StepIndex step, std::vector<bool>& forced) {
  forced[step] = true;
  for (ScopeIndex inside = plan.at(step).body; inside != no_scope;
       inside = plan.scope(inside).finally) {
    const PlanScope& scope = plan.scope(inside);
    for (std::uint32_t i = 0; i < scope.step_count; ++i)
      force_inside(plan, scope.first_step + i, forced);
  }
}

// Work lists instead of recursion: a chain may be as long as the pipeline has steps.
void force_with_downstream(const Plan& plan, StepIndex first, std::vector<bool>& forced) {
  std::vector<StepIndex> todo = {first};
  while (!todo.empty()) {
    const StepIndex step = todo.back();
    todo.pop_back();
    if (forced[step]) continue;
    force_inside(plan, step, forced);
    for (const StepIndex next : plan.downstream(step)) todo.push_back(next);
  }
}

void include_with_upstream(const Plan& plan, StepIndex first, std::vector<bool>& excluded) {
  std::vector<StepIndex> todo = {first};
  const auto add_with_teardowns = [&](StepIndex step) {
    todo.push_back(step);
    for (const StepIndex teardown : plan.teardowns(step)) todo.push_back(teardown);
  };
  while (!todo.empty()) {
    const StepIndex step = todo.back();
    todo.pop_back();
    if (!excluded[step]) continue;
    excluded[step] = false;
    if (!plan.step(step).is_teardown()) {
      for (const StepIndex before : plan.upstream(step)) todo.push_back(before);
      for (const StepIndex setup : plan.setups(step)) add_with_teardowns(setup);
      add_with_teardowns(step);
      continue;
    }
    // Not the work that it waits for: it ends what its setups have begun, whoever used it.
    for (const StepIndex setup : plan.setups(step)) todo.push_back(setup);
  }
}

}  // namespace

Selection::Selection(const Plan& plan)
    : excluded_(plan.steps().size(), false), forced_(plan.steps().size(), false) {}

Result<Selection> Selection::make(const Plan& plan, const SelectionRequest& request) {
  Selection selection(plan);
  if (!request.only.empty()) {
    for (const ScopeIndex scope : {root_scope, finally_scope}) {
      const PlanScope& range = plan.scope(scope);
      for (std::uint32_t i = 0; i < range.step_count; ++i)
        selection.excluded_[range.first_step + i] = true;
    }
    for (const std::string& path : request.only) {
      const StepIndex step = TRY(find_step(plan, path));
      if (plan.scope(plan.at(step).scope).owner != no_step)
        return Error{Errc::invalid,
                     fmt::format("step {} is inside a group and cannot run alone", path),
                     fmt::format("name the group: --only {}", split(path, '.').front())};
      include_with_upstream(plan, step, selection.excluded_);
    }
  }
  for (const std::string& path : request.refresh)
    force_inside(plan, TRY(find_step(plan, path)), selection.forced_);
  for (const std::string& path : request.from) {
    // What follows from a step inside a group is also what follows from the group.
    for (StepIndex step = TRY(find_step(plan, path)); step != no_step;
         step = plan.scope(plan.at(step).scope).owner) {
      if (plan.find_path(path) == step) {
        force_with_downstream(plan, step, selection.forced_);
      } else {
        for (const StepIndex next : plan.downstream(step))
          force_with_downstream(plan, next, selection.forced_);
      }
    }
  }
  return selection;
}

}  // namespace gt
