#include "sim/simulation.h"

#include <doctest/doctest.h>

#include "sim/pool_simulation.h"

using namespace gt;

TEST_CASE("lives with random faults keep every law") {
  std::int64_t crashes = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const SimulationReport report = simulate(seed);
    crashes += report.crashes;
    INFO("SEED=", seed, "\n", report.pipeline);
    for (const std::string& law : report.broken_laws) FAIL_CHECK(law);
  }
  CHECK(crashes > 150);
}

TEST_CASE("a crash at any commit loses nothing and repeats nothing") {
  for (std::uint64_t seed = 1001; seed <= 1008; ++seed) {
    const SimulationReport report = simulate_every_crash(seed);
    INFO("SEED=", seed, "\n", report.pipeline);
    for (const std::string& law : report.broken_laws) FAIL_CHECK(law);
  }
}

TEST_CASE("engines that share pools and GPUs keep every limit, and nobody waits for ever") {
  std::int64_t crashes = 0, refusals = 0;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    const PoolSimulationReport report = simulate_pools(seed);
    crashes += report.crashes;
    refusals += report.refusals;
    INFO("SEED=", seed);
    for (const std::string& law : report.broken_laws) FAIL_CHECK(law);
  }
  CHECK(crashes > 100);
  CHECK(refusals > 1000);
}
