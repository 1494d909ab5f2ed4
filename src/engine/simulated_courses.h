/// How attempts go in a simulated world, for tests. Each changes `behaviour` and leaves the rest of
/// it as it was.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/simulated_world.h"

namespace gt {

/// What an attempt ends with that exits with 1.
AttemptFailed exit_code_1();

/// Fails the next `times` attempts of the named task.
void fail_task(SimulatedWorld& world, const std::string& path, int times = 1,
               AttemptFailed failure = exit_code_1());

/// Filled with the paths of all attempts, in the order of their starts.
std::shared_ptr<std::vector<std::string>> record_starts(SimulatedWorld& world);
/// The same with the attempts' numbers: "train#2".
std::shared_ptr<std::vector<std::string>> record_attempts(SimulatedWorld& world);

}  // namespace gt
