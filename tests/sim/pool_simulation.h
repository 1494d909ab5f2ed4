/// Several engines of one home, by seed: each drives runs whose steps share pools, GPUs and the
/// slots of their engine, while commits fail and engines die, and stay dead for a while. The laws:
///
/// - the slots of a pool and of an engine are never exceeded, and no GPU is two attempts' at once,
///   measured by what executors run, not by what is recorded;
/// - every run ends, so nobody waits for ever;
/// - in the end nothing is held, and nobody waits;
/// - no attempt is executed twice.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gt {

struct PoolSimulationReport {
  std::int64_t crashes = 0;
  std::int64_t refusals = 0;  ///< times that somebody was seen waiting for a pool or a GPU
  std::vector<std::string> broken_laws;
};

PoolSimulationReport simulate_pools(std::uint64_t seed);

}  // namespace gt
