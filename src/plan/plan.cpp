#include "plan/plan.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "definition/references.h"

namespace gt {

namespace {

/// Edges grouped by their first end, as offsets into one array (compressed rows).
void pack(std::vector<std::pair<StepIndex, StepIndex>>& edges, std::size_t steps,
          std::vector<StepIndex>& ends, std::vector<std::uint32_t>& begin) {
  std::ranges::sort(edges);
  const auto repeated = std::ranges::unique(edges);
  edges.erase(repeated.begin(), repeated.end());
  begin.assign(steps + 1, 0);
  ends.reserve(edges.size());
  for (const auto& [from, to] : edges) {
    ++begin[from + 1];
    ends.push_back(to);
  }
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
}

}  // namespace

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

void Plan::add_edges() {
  std::vector<std::pair<StepIndex, StepIndex>> up, down;
  for (StepIndex index = 0; index < steps_.size(); ++index) {
    for (const std::string& name : upstream_names(step(index))) {
      // A finally step may name a step of the pipeline: that has ended before, so it is no edge.
      const StepIndex other = find(steps_[index].scope, name);
      if (other == no_step) continue;
      up.emplace_back(index, other);
      down.emplace_back(other, index);
    }
  }
  pack(up, steps_.size(), upstream_, upstream_begin_);
  pack(down, steps_.size(), downstream_, downstream_begin_);
}

std::span<const StepIndex> Plan::upstream(StepIndex step) const {
  return std::span(upstream_).subspan(upstream_begin_[step],
                                      upstream_begin_[step + 1] - upstream_begin_[step]);
}

std::span<const StepIndex> Plan::downstream(StepIndex step) const {
  return std::span(downstream_)
      .subspan(downstream_begin_[step], downstream_begin_[step + 1] - downstream_begin_[step]);
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
