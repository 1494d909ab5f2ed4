/// What a teardown waits for, and which steps rely on which setups; both follow from the graph of
/// the steps beside it.
///
/// The work of a teardown is what comes after its setups and before it: all steps that follow from
/// a setup, but not what follows from the teardown itself; where its `needs` name steps of the
/// work, only what leads to those. Teardowns of setups inside the work belong to it, so that what
/// was begun last is ended first.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "definition/pipeline.h"
#include "definition/step_order.h"

namespace gt {

/// Places in the list of steps.
struct TeardownWork {
  std::uint32_t teardown = 0;
  /// Its setups and its work, each once, ascending.
  std::vector<std::uint32_t> waits_for;
  /// Steps of the work that are no teardowns, each with the setups that it follows from.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> relies_on;
};

/// `edges` are those that are written: `needs`, references, and of a teardown its setups.
std::vector<TeardownWork> find_teardown_work(const std::vector<Step>& steps,
                                             const StepEdges& edges);

}  // namespace gt
