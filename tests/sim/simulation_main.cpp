// The long form: `simulation FIRST_SEED COUNT`. Prints a line for each seed that breaks a law.
#include <cstdlib>
#include <fmt/format.h>

#include "sim/pool_simulation.h"
#include "sim/simulation.h"

int main(int argc, char** argv) {
  const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1000;
  std::int64_t commits = 0, crashes = 0, broken = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const gt::SimulationReport report =
        seed % 20 == 0 ? gt::simulate_every_crash(seed) : gt::simulate(seed);
    commits += report.commits;
    crashes += report.crashes;
    const gt::PoolSimulationReport shared = gt::simulate_pools(seed);
    for (const std::string& law : shared.broken_laws) fmt::print("SEED={} pools: {}\n", seed, law);
    crashes += shared.crashes;
    if (!shared.broken_laws.empty()) ++broken;
    if (report.broken_laws.empty()) continue;
    ++broken;
    fmt::print("SEED={}\n{}", seed, report.pipeline);
    for (const std::string& law : report.broken_laws) fmt::print("  broken: {}\n", law);
  }
  fmt::print("{} seeds, {} commits, {} crashes, {} seeds that broke a law\n", count, commits,
             crashes, broken);
  return broken == 0 ? 0 : 1;
}
