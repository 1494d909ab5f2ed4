/// The order in which the steps of one scope depend on each other, and the cycles that there must
/// not be.
#pragma once

#include <cstdint>
#include <vector>

namespace gt {

/// For each step the indices of those that must end before it.
using StepEdges = std::vector<std::vector<std::uint32_t>>;

struct StepOrder {
  /// All steps, each after those that it depends on as far as there is no cycle.
  std::vector<std::uint32_t> sequence;
  /// The first ten cycles, each as a, b, …: a depends on b, b on the next, the last on a.
  std::vector<std::vector<std::uint32_t>> cycles;
};

StepOrder order_steps(const StepEdges& edges);

}  // namespace gt
