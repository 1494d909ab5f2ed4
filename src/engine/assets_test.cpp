// Which steps update assets, and what runs see of them.
#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/simulated_courses.h"
#include "run/asset_store.h"

using namespace gt;

namespace {

constexpr const char* load = R"(
name: load
steps:
  load: {run: [load], outputs: {table: {path: table, asset: flights}, rows: {type: any, asset: rows}}}
  check: {run: [check], needs: load}
)";

constexpr const char* count = R"(
name: count
steps:
  count: {run: [count], code: [], outputs: {rows: {type: any, asset: rows}}}
)";

constexpr const char* use = R"(
name: use
steps:
  train: {run: [train, "${{ to_json(assets.rows) }}"], inputs: {table: "${{ assets.flights }}"}}
)";

std::vector<RecordedAssetUpdate> versions(SimulatedWorld& world, const std::string& asset) {
  auto reader = *world.database->begin_read();
  return *AssetStore().history(reader, asset, std::nullopt, 100);
}

void tell(SimulatedWorld& world, const std::string& asset, Value content) {
  auto writer = *world.database->begin_write();
  REQUIRE(AssetStore()
              .add(writer, {.asset = asset,
                            .content = std::move(content),
                            .at = world.clock.now(),
                            .logical_date = world.clock.now(),
                            .told_by = "anna"})
              .ok());
  REQUIRE(writer.commit().ok());
}

}  // namespace

TEST_CASE("a step that succeeds updates its assets, also when the run fails after it") {
  SimulatedWorld world(91);
  fail_task(world, "check");
  const RunId run = world.start(load);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::failed);
  const auto flights = versions(world, "flights");
  REQUIRE(flights.size() == 1);
  CHECK(flights[0].update.content.artifact() != nullptr);
  CHECK(flights[0].update.run == "load/1");
  CHECK(flights[0].update.output == "load.table");
  CHECK(versions(world, "rows").size() == 1);
}

TEST_CASE("a step that fails, or is found to have given the same, updates nothing") {
  SimulatedWorld world(92);
  fail_task(world, "load");
  world.start(load);
  REQUIRE(world.drive());
  CHECK(versions(world, "flights").empty());
  world.start(load);
  REQUIRE(world.drive());
  world.start(load);
  REQUIRE(world.drive());
  CHECK(versions(world, "flights").size() == 1);
}

TEST_CASE("a result from the cache is a new version where another one was the newest") {
  SimulatedWorld world(93);
  world.start(count);
  REQUIRE(world.drive());
  tell(world, "rows", Value("another"));
  const auto started = record_starts(world);
  world.start(count);
  REQUIRE(world.drive());
  CHECK(started->empty());
  const auto rows = versions(world, "rows");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].update.content == rows[2].update.content);
  CHECK(rows[0].update.run == "count/2");
}

TEST_CASE("a run uses the versions that were the newest when it was recorded, also after a crash") {
  SimulatedWorld world(94);
  world.start(load);
  REQUIRE(world.drive());
  std::vector<std::string> seen;
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    seen = std::get<std::vector<std::string>>(launch.command);
    return otherwise(launch);
  };
  tell(world, "rows", Value(std::int64_t{17}));
  const RunId run = world.start(use);
  tell(world, "rows", Value(std::int64_t{18}));
  world.crash();
  REQUIRE(world.drive());
  CHECK(world.states(run) == "train:succeeded");
  REQUIRE(seen.size() == 2);
  CHECK(seen[1] == "17");
  CHECK(world.load(run).run.assets.size() == 2);
}

TEST_CASE("an asset without a version, and an artifact without a place, say what to do") {
  SimulatedWorld world(95);
  const RunId none = world.start(use);
  REQUIRE(world.drive());
  const TaskRecord task = world.load(none).tasks[0];
  CHECK(task.cause == Cause::invalid_expression);
  CHECK(task.message.find("asset flights had no version when the run was recorded") !=
        std::string::npos);
  world.start(load);
  REQUIRE(world.drive());
  const RunId placeless =
      world.start("name: wrong\nsteps: {train: {run: [\"${{ assets.flights }}\"]}}\n");
  REQUIRE(world.drive());
  CHECK(world.load(placeless).tasks[0].message.find("asset flights is an artifact") !=
        std::string::npos);
}
