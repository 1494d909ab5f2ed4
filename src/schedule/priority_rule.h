/// The priorities of a pipeline's steps where they follow from the graph (`priority_rule`).
#pragma once

#include <cstdint>
#include <vector>

#include "plan/plan.h"

namespace gt {

/// By step: its own priority, and that of each step that the rule adds, with one for each of these.
/// A step in a group has the sum of its own place in the group, and of what comes after
/// (downstream) or before (upstream) the group. Each file has its own rule: steps of a called
/// pipeline count by that file's. Empty: all are absolute, and each step has its own.
std::vector<std::int64_t> priorities_of(const Plan& plan);

}  // namespace gt
