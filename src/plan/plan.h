/// A Pipeline and its parameters, resolved: every step of every scope with a dense index, and the
/// edges between siblings. What can only be known during the run (matrix items) is not here; see
/// expand.h.
///
/// Invariant: a Plan is a pure function of the pipeline's text and the parameters, so that an
/// engine that takes a run over builds the same one, and step indices in the database stay true.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "definition/pipeline.h"
#include "definition/step_order.h"

namespace gt {

using StepIndex = std::uint32_t;
using ScopeIndex = std::uint32_t;
inline constexpr StepIndex no_step = UINT32_MAX;
inline constexpr ScopeIndex no_scope = UINT32_MAX;
inline constexpr ScopeIndex root_scope = 0;
inline constexpr ScopeIndex finally_scope = 1;

struct PlanStep {
  const Step* step = nullptr;
  ScopeIndex scope = root_scope;  ///< where it stands
  ScopeIndex body = no_scope;     ///< of a group or call: the scope of its inner steps
};

/// The steps of a scope have consecutive indices, and those of `finally` go on from those that they
/// follow.
struct PlanScope {
  StepIndex owner = no_step;  ///< the group step; no_step for the pipeline's steps and `finally`
  StepIndex first_step = 0;
  std::uint32_t step_count = 0;
  StepIndex caller = no_step;      ///< the step with `pipeline` whose file the steps stand in
  ScopeIndex finally = no_scope;   ///< its steps run when those of this one have ended
  ScopeIndex followed = no_scope;  ///< of `finally`: the scope whose end it waits for
};

/// Edges by their first end, each once, ascending (compressed rows); empty ones take no memory.
class EdgeTable {
 public:
  EdgeTable() = default;
  EdgeTable(std::vector<std::pair<StepIndex, StepIndex>> edges, std::size_t steps);
  std::span<const StepIndex> of(StepIndex step) const {
    if (ends_.empty()) return {};
    return std::span(ends_).subspan(begin_[step], begin_[step + 1] - begin_[step]);
  }

 private:
  std::vector<StepIndex> ends_;
  std::vector<std::uint32_t> begin_;  ///< one more than steps
};

/// Immutable; threads: any.
class Plan {
 public:
  /// `params` are complete and valid (definition/parameters.h).
  static std::shared_ptr<const Plan> build(std::shared_ptr<const Pipeline> pipeline,
                                           JsonObject params);

  const Pipeline& pipeline() const { return *pipeline_; }
  const JsonObject& params() const { return params_; }
  std::span<const PlanStep> steps() const { return steps_; }
  std::span<const PlanScope> scopes() const { return scopes_; }
  const PlanStep& at(StepIndex index) const { return steps_[index]; }
  const Step& step(StepIndex index) const { return *steps_[index].step; }
  const PlanScope& scope(ScopeIndex index) const { return scopes_[index]; }

  /// Siblings that a step waits for, and those that wait for it; each once, ascending.
  std::span<const StepIndex> upstream(StepIndex step) const { return upstream_.of(step); }
  std::span<const StepIndex> downstream(StepIndex step) const { return downstream_.of(step); }
  /// Of a step between setups and their teardown: these setups. Of a teardown: those that it ends.
  std::span<const StepIndex> setups(StepIndex step) const { return setups_.of(step); }
  /// Of a setup: those that rely on it, but its teardowns.
  std::span<const StepIndex> relying(StepIndex setup) const { return relying_.of(setup); }
  /// Of a setup: what ends it.
  std::span<const StepIndex> teardowns(StepIndex setup) const { return teardowns_.of(setup); }

  /// The file that the steps of a scope stand in: its variables, environment and parameters.
  const Pipeline& pipeline_of(ScopeIndex scope) const;

  /// A step of one scope by name; no_step when there is none.
  StepIndex find(ScopeIndex scope, std::string_view name) const;
  /// The same, and if there is none, among the steps of the scope's own `finally`. no_scope has
  /// none.
  StepIndex find_with_finally(ScopeIndex scope, std::string_view name) const;
  /// "candidates.train": the names from the outermost group to the step.
  std::string path(StepIndex step) const;
  /// The step for such a path; in each pipeline it is looked for among the steps, then in
  /// `finally`.
  StepIndex find_path(std::string_view path) const;

 private:
  Plan() = default;
  ScopeIndex add_scope(const std::vector<Step>& steps, StepIndex owner);
  void add_pipeline(const Pipeline& pipeline, StepIndex owner);
  void add_edges();
  StepEdges written_edges(const PlanScope& scope) const;

  std::shared_ptr<const Pipeline> pipeline_;
  JsonObject params_;
  std::vector<PlanStep> steps_;
  std::vector<PlanScope> scopes_;
  EdgeTable upstream_, downstream_, setups_, relying_, teardowns_;
  std::vector<StepIndex> by_name_;  ///< per scope sorted by name: steps of scope s at its range
};

}  // namespace gt
