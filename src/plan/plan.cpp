#include "plan/plan.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "definition/references.h"
#include "definition/teardowns.h"

namespace gt {

EdgeTable::EdgeTable(std::vector<std::pair<StepIndex, StepIndex>> edges, std::size_t steps) {
  if (edges.empty()) return;
  std::ranges::sort(edges);
  const auto repeated = std::ranges::unique(edges);
  edges.erase(repeated.begin(), repeated.end());
  begin_.assign(steps + 1, 0);
  ends_.reserve(edges.size());
  for (const auto& [from, to] : edges) {
    ++begin_[from + 1];
    ends_.push_back(to);
  }
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
}

std::shared_ptr<const Plan> Plan::build(std::shared_ptr<const Pipeline> pipeline,
                                        JsonObject params) {
  auto plan = std::shared_ptr<Plan>(new Plan);
  plan->pipeline_ = std::move(pipeline);
  plan->params_ = std::move(params);
  plan->add_pipeline(*plan->pipeline_, no_step);
  // Groups are entered in order of discovery, so outer scopes have lower indices.
  for (StepIndex index = 0; index < plan->steps_.size(); ++index) {
    const Step& step = plan->step(index);
    if (!step.group()) continue;
    plan->steps_[index].body = static_cast<ScopeIndex>(plan->scopes_.size());
    if (step.call())
      plan->add_pipeline(*step.call()->pipeline, index);
    else
      plan->add_scope(step.group()->steps, index);
  }
  plan->add_edges();
  return plan;
}

/// The root's scope of `finally` is there even if it is empty: it has a fixed index.
void Plan::add_pipeline(const Pipeline& pipeline, StepIndex owner) {
  const ScopeIndex body = add_scope(pipeline.steps, owner);
  if (pipeline.finally_steps.empty() && owner != no_step) return;
  const ScopeIndex finally = add_scope(pipeline.finally_steps, owner);
  scopes_[body].finally = finally;
  scopes_[finally].followed = body;
}

ScopeIndex Plan::add_scope(const std::vector<Step>& steps, StepIndex owner) {
  const auto first = static_cast<StepIndex>(steps_.size());
  const auto scope = static_cast<ScopeIndex>(scopes_.size());
  scopes_.push_back({.owner = owner,
                     .first_step = first,
                     .step_count = static_cast<std::uint32_t>(steps.size())});
  if (owner != no_step)
    scopes_.back().caller = step(owner).call() ? owner : scopes_[steps_[owner].scope].caller;
  steps_.reserve(steps_.size() + steps.size());
  for (const Step& step : steps) steps_.push_back({&step, scope, no_scope});
  for (std::uint32_t i = 0; i < steps.size(); ++i) by_name_.push_back(first + i);
  std::ranges::sort(by_name_.begin() + first, by_name_.end(), {},
                    [this](StepIndex index) -> const std::string& { return step(index).name; });
  return scope;
}

const Pipeline& Plan::pipeline_of(ScopeIndex scope_index) const {
  const StepIndex caller = scopes_[scope_index].caller;
  return caller == no_step ? *pipeline_ : *step(caller).call()->pipeline;
}

/// Of the scope's steps, by their places in it.
StepEdges Plan::written_edges(const PlanScope& scope) const {
  StepEdges edges(scope.step_count);
  for (std::uint32_t i = 0; i < scope.step_count; ++i) {
    const StepIndex index = scope.first_step + i;
    for (const std::string& name : upstream_names(step(index))) {
      // A finally step may name a step of the pipeline: that has ended before, so it is no edge.
      const StepIndex other = find(steps_[index].scope, name);
      if (other != no_step) edges[i].push_back(other - scope.first_step);
    }
  }
  return edges;
}

void Plan::add_edges() {
  std::vector<std::pair<StepIndex, StepIndex>> up, down, setups, relying, teardowns;
  const auto add = [&](StepIndex step, StepIndex before) {
    up.emplace_back(step, before);
    down.emplace_back(before, step);
  };
  for (ScopeIndex index = 0; index < scopes_.size(); ++index) {
    const PlanScope& scope = scopes_[index];
    const StepIndex first = scope.first_step;
    const StepEdges written = written_edges(scope);
    for (std::uint32_t i = 0; i < scope.step_count; ++i)
      for (const std::uint32_t before : written[i]) add(first + i, first + before);
    const auto& steps = scope.followed != no_scope ? pipeline_of(index).finally_steps
                        : scope.owner == no_step   ? pipeline_->steps
                                                   : step(scope.owner).group()->steps;
    for (const TeardownWork& work : find_teardown_work(steps, written)) {
      for (const std::uint32_t before : work.waits_for) add(first + work.teardown, first + before);
      for (const std::string& name : step(first + work.teardown).settings->teardown->of) {
        const StepIndex setup = find(index, name);
        setups.emplace_back(first + work.teardown, setup);
        teardowns.emplace_back(setup, first + work.teardown);
      }
      for (const auto& [user, setup] : work.relies_on) {
        setups.emplace_back(first + user, first + setup);
        relying.emplace_back(first + setup, first + user);
      }
    }
  }
  upstream_ = EdgeTable(std::move(up), steps_.size());
  downstream_ = EdgeTable(std::move(down), steps_.size());
  setups_ = EdgeTable(std::move(setups), steps_.size());
  relying_ = EdgeTable(std::move(relying), steps_.size());
  teardowns_ = EdgeTable(std::move(teardowns), steps_.size());
}

StepIndex Plan::find(ScopeIndex scope_index, std::string_view name) const {
  const PlanScope& in = scopes_[scope_index];
  const auto range = std::span(by_name_).subspan(in.first_step, in.step_count);
  const auto found = std::ranges::lower_bound(
      range, name, {}, [this](StepIndex index) -> std::string_view { return step(index).name; });
  return found != range.end() && step(*found).name == name ? *found : no_step;
}

std::string Plan::path(StepIndex index) const {
  const StepIndex owner = scopes_[steps_[index].scope].owner;
  return owner == no_step ? step(index).name : path(owner) + "." + step(index).name;
}

StepIndex Plan::find_with_finally(ScopeIndex scope_index, std::string_view name) const {
  if (scope_index == no_scope) return no_step;
  const StepIndex found = find(scope_index, name);
  const ScopeIndex finally = scopes_[scope_index].finally;
  return found != no_step || finally == no_scope ? found : find(finally, name);
}

StepIndex Plan::find_path(std::string_view path) const {
  ScopeIndex scope_index = root_scope;
  StepIndex found = no_step;
  for (const std::string_view name : split(path, '.')) {
    found = find_with_finally(scope_index, name);
    if (found == no_step) return no_step;
    scope_index = steps_[found].body;
  }
  return found;
}

}  // namespace gt
