/// Which steps of a plan a run executes, and which it executes anew although the cache knows them.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/plan.h"

namespace gt {

/// What was asked for, as paths of steps ("train", "candidates.train"); see RunOptions.
struct SelectionRequest {
  std::vector<std::string> only;
  std::vector<std::string> from;
  std::vector<std::string> refresh;
};

class Selection {
 public:
  /// Everything, nothing forced.
  explicit Selection(const Plan& plan);
  /// `only`: these steps and what they need, with the setups that they rely on
  /// and the teardowns of these; `finally` steps only if named. `from`: these and all
  /// that follows from them are executed anew. `refresh`: these are. Errc::not_found names the
  /// nearest step; Errc::invalid for `only` with a step inside a group.
  static Result<Selection> make(const Plan& plan, const SelectionRequest& request);

  bool is_excluded(StepIndex step) const { return excluded_[step]; }
  bool is_forced(StepIndex step) const { return forced_[step]; }

 private:
  std::vector<bool> excluded_, forced_;
};

}  // namespace gt
