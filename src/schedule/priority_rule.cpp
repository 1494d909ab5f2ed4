#include "schedule/priority_rule.h"

#include <algorithm>

namespace gt {

namespace {

/// Sums over what can be reached along edges, each step once. Each counts one more than its
/// priority: without any priorities, more steps are worth more.
class Sums {
 public:
  explicit Sums(const Plan& plan) : plan_(plan), seen_(plan.steps().size(), no_step) {}

  std::int64_t reached_from(StepIndex step, PriorityRule rule) {
    std::int64_t sum = 0;
    todo_.push_back(step);
    seen_[step] = step;
    while (!todo_.empty()) {
      const StepIndex at = todo_.back();
      todo_.pop_back();
      if (at != step) sum += plan_.step(at).settings->priority + 1;
      for (const StepIndex next :
           rule == PriorityRule::downstream ? plan_.downstream(at) : plan_.upstream(at))
        if (std::exchange(seen_[next], step) != step) todo_.push_back(next);
    }
    return sum;
  }

 private:
  const Plan& plan_;
  std::vector<StepIndex> seen_;  ///< for which step it was counted last
  std::vector<StepIndex> todo_;
};

}  // namespace

std::vector<std::int64_t> priorities_of(const Plan& plan) {
  const auto rule_of = [&](ScopeIndex scope) { return plan.pipeline_of(scope).priority_rule; };
  bool all_absolute = true;
  for (ScopeIndex scope = 0; scope < plan.scopes().size(); ++scope)
    all_absolute = all_absolute && rule_of(scope) == PriorityRule::absolute;
  if (all_absolute) return {};

  Sums sums(plan);
  const auto count = static_cast<StepIndex>(plan.steps().size());
  std::vector<std::int64_t> around(count);  // what a step has of others
  std::vector<std::int64_t> priorities(count);
  for (StepIndex step = 0; step < count; ++step) {
    const ScopeIndex scope = plan.at(step).scope;
    const PriorityRule rule = rule_of(scope);
    if (rule != PriorityRule::absolute) around[step] = sums.reached_from(step, rule);
    // Owners stand before what they hold. A called pipeline counts by its own rule alone.
    const StepIndex owner = plan.scope(scope).owner;
    const bool is_called = owner == plan.scope(scope).caller;
    if (rule != PriorityRule::absolute && owner != no_step && !is_called)
      around[step] += around[owner];
    priorities[step] = plan.step(step).settings->priority + around[step];
  }
  return priorities;
}

}  // namespace gt
