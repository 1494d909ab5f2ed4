/// One simulated life of an installation, by seed: a random pipeline runs in the real engine,
/// stores and cache, over a simulated executor, while commits fail and engines die. The laws:
///
/// - every run ends, and so do all of its tasks;
/// - no attempt is executed twice, and no task twice at once;
/// - what was committed stays: a task that had ended with a result keeps it;
/// - the places of the executor are never exceeded;
/// - whoever waits for something outside finds it, and nobody looks for what nobody waits for;
/// - the run ends as it would have without any fault (where that does not depend on time).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gt {

struct SimulationReport {
  std::string pipeline;  ///< its text
  std::int64_t commits = 0;
  std::int64_t crashes = 0;
  std::vector<std::string> broken_laws;
};

/// A random pipeline of the seed: steps with needs, trigger rules, conditions, matrices, groups,
/// other pipelines (behind its own text, each below a line `%%% PATH`), retries, data, `finally`.
std::string random_pipeline(std::uint64_t seed);

/// Runs the seed's pipeline once without faults, then once with random faults.
SimulationReport simulate(std::uint64_t seed);
/// Runs the seed's pipeline again and again, dying once at each of its commits, before it and
/// after.
SimulationReport simulate_every_crash(std::uint64_t seed);

}  // namespace gt
