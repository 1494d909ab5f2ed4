// The engine alone: steps in 10 layers with 3 parents each, built in memory, through the simulated
// executor and a database in memory. A row of bench.py's table for each size. Every size has a
// process of its own, so that its peak memory is its own.
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/simulated_world.h"

namespace gt {

namespace {

constexpr std::uint32_t layers = 10;
constexpr std::uint32_t parents = 3;
constexpr long long changes_per_second_min = 50'000;
constexpr double fixed_memory_mib = 50;

std::shared_ptr<const Plan> layered_plan(std::uint32_t steps) {
  auto pipeline = std::make_shared<Pipeline>();
  pipeline->name = "layers";
  const auto settings = std::make_shared<const StepSettings>();
  const std::uint32_t width = steps / layers;
  pipeline->steps.reserve(steps);
  for (std::uint32_t i = 0; i < steps; ++i) {
    Step step;
    step.name = fmt::format("s{}", i);
    step.body = Command(Argv{{Template::literal("true")}});
    step.settings = settings;
    if (i >= width)
      for (std::uint32_t parent = 0; parent < parents; ++parent)
        step.needs.push_back(fmt::format("s{}", (i / width - 1) * width + (i + parent) % width));
    pipeline->steps.push_back(std::move(step));
  }
  return Plan::build(std::move(pipeline), {});
}

double peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      double kib = 0;
      status >> kib;
      return kib / 1024;
    }
  return 0;
}

std::string with_commas(long long number) {
  std::string text = std::to_string(number);
  for (std::size_t from_end = 3; from_end < text.size(); from_end += 4)
    text.insert(text.size() - from_end, ",");
  return text;
}

void measure(std::uint32_t steps) {
  const auto plan = layered_plan(steps);
  SimulatedWorld world(1, {64, 0});
  std::size_t changes = 0;
  world.on_commit = [&](const RunChanges& committed) { changes += committed.changed.size(); };

  const auto begin = std::chrono::steady_clock::now();
  const RunId run = world.start(plan);
  const auto driven = world.drive();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!driven || world.state(run) != RunState::succeeded) {
    fmt::print(stderr, "the run of {} steps did not succeed\n", steps);
    std::exit(1);
  }

  const std::string name = with_commas(steps);
  const double per_second = static_cast<double>(changes) / took.count();
  const double memory_max = fixed_memory_mib + steps / 1024.0;
  fmt::print(
      "engine, {} steps: changes of state a second | {} | | {:.1f} µs a step | {} or "
      "more\n",
      name, with_commas(std::llround(per_second)), took.count() * 1e6 / steps,
      with_commas(changes_per_second_min));
  fmt::print("engine, {} steps: peak memory | {:.1f} MiB | | | {:.1f} MiB\n", name, peak_mib(),
             memory_max);
}

}  // namespace

}  // namespace gt

int main() {
  for (const std::uint32_t steps : std::array{100U, 1'000U, 10'000U, 100'000U}) {
    const pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
      gt::measure(steps);
      return 0;
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) return 1;
  }
}
