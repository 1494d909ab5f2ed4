/// A pipeline with one trigger, `t`, in a database in memory: for tests of what fires it.
#pragma once

#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "db/memory_database.h"
#include "definition/read_pipeline.h"
#include "engine/fire_event.h"

namespace gt {

/// Watched by any number of servers.
struct TriggerWorld {
  static constexpr Time noon =
      Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 2)) + std::chrono::hours(12);

  TriggerWorld(std::string pipeline_name, const std::string& trigger)
      : name(std::move(pipeline_name)) {
    write(trigger);
  }

  /// The file, with another trigger.
  void write(const std::string& trigger) {
    ReadResult read = read_pipeline(
        "name: " + name + "\nsteps: {a: {run: [a]}}\ntriggers: {t: {" + trigger + "}}\n",
        "pipeline.yaml");
    REQUIRE(read.pipeline);
    pipeline = std::make_shared<const Pipeline>(*std::move(read.pipeline));
  }
  const Trigger& trigger() const { return pipeline->triggers[0]; }
  EventTrigger watched() const { return {name, trigger()}; }
  FireParts parts(Database& by) { return {by, runs, firings, entropy}; }
  static Result<std::string> keep(Transaction&) { return std::string("version"); }
  static NewRun new_run(const std::string& of) {
    NewRun run;
    run.pipeline = of;
    run.owner_engine = "e1";
    return run;
  }
  std::vector<RecordedFiring> recorded() {
    auto reader = *database->begin_read();
    return *firings.list(reader, {.pipeline = name, .limit = 10'000});
  }

  const std::string name;
  FakeClock clock{noon};
  SeededEntropy entropy{5};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  RunStore runs;
  FiringStore firings;
  std::shared_ptr<const Pipeline> pipeline;
};

}  // namespace gt
