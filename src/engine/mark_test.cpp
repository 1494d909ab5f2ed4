#include <algorithm>
#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/simulated_courses.h"

using namespace gt;

namespace {

using Paths = std::vector<std::string>;

constexpr const char* chain = R"(
steps:
  a: {run: [a], outputs: {x: {type: any}}}
  b: {run: [b, "${{ to_json(inputs.x) }}"], inputs: {x: "${{ steps.a.outputs.x }}"}, cache: false}
  c: {run: [c], needs: b}
finally:
  last: {run: [last]}
)";

constexpr const char* matrix = R"(
steps:
  each:
    matrix: {n: [1, 2, 3]}
    group: {steps: {work: {run: [work]}, check: {run: [check], needs: work}}}
  after: {run: [after], needs: each}
)";

ClearRequest mark(Paths tasks, TaskState as) {
  return {std::move(tasks), false, false, "anna", MarkWish{as, "by hand"}};
}

bool a_runs(SimulatedWorld& world, RunId run) {
  return world.state(run) == RunState::running && world.state_of(run, "a") == TaskState::running;
}

}  // namespace

TEST_CASE("after a task that is marked as succeeded goes on what did not run because of it") {
  SimulatedWorld world(81);
  const auto started = record_attempts(world);
  fail_task(world, "a");
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  CHECK(world.states(run) == "a:failed b:upstream_failed c:upstream_failed last:succeeded");
  started->clear();
  CHECK(world.ask(run, mark({"a"}, TaskState::succeeded)).empty());
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(*started == Paths{"b#1", "c#1", "last#2"});
}

TEST_CASE("a task that never succeeded gives null, and who marked it stands with it") {
  SimulatedWorld world(82);
  fail_task(world, "a");
  std::string seen;
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    if (launch.task_path == "b") seen = std::get<Paths>(launch.command).back();
    return otherwise(launch);
  };
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  CHECK(world.ask(run, mark({"a"}, TaskState::succeeded)).empty());
  world.crash();
  REQUIRE(world.drive());
  CHECK(seen == "null");
  const LoadedRun loaded = world.load(run);
  REQUIRE(loaded.marks.size() == 1);
  CHECK(mark_text(loaded.marks[0]) == "marked as succeeded by anna: by hand");
  CHECK(loaded.marks[0].at == loaded.tasks[0].ended_at);
}

TEST_CASE("a success that is marked as failed fails the run, and leaves what ran as it is") {
  SimulatedWorld world(83);
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  CHECK(world.ask(run, mark({"b"}, TaskState::failed)).empty());
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::failed);
  CHECK(world.states(run) == "a:succeeded b:failed c:succeeded last:succeeded");
  CHECK(world.load(run).tasks[1].cause == Cause::marked);
  CHECK(world.load(run).tasks[1].message == "marked as failed by anna: by hand");
}

TEST_CASE("a task that waits in a run that goes on can be marked, and one that runs cannot") {
  SimulatedWorld world(84);
  const RunId run = world.start(chain);
  REQUIRE(world.drive([&] { return a_runs(world, run); }));
  CHECK(world.ask(run, mark({"a"}, TaskState::failed)).empty());
  CHECK(world.ask(run, mark({"b"}, TaskState::succeeded)).empty());
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(world.states(run) == "a:succeeded b:succeeded c:succeeded last:succeeded");
  CHECK(world.load(run).tasks[1].attempts == 0);
}

TEST_CASE("the last open part that is marked ends its group, its matrix and the run") {
  SimulatedWorld world(85);
  fail_task(world, "each[1].check");
  const RunId run = world.start(matrix);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::failed);
  CHECK(world.ask(run, mark({"each[1].check"}, TaskState::succeeded)).empty());
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(world.state_of(run, "after") == TaskState::succeeded);
  CHECK(world.state_of(run, "each[1]") == TaskState::succeeded);
}

TEST_CASE("all that is left of a run that goes on can be marked") {
  SimulatedWorld world(86);
  const RunId run = world.start(chain);
  REQUIRE(world.drive([&] { return a_runs(world, run); }));
  CHECK(world.ask(run, mark({"b", "c", "last"}, TaskState::succeeded)).empty());
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
}

TEST_CASE("a group is not marked, and a matrix of steps means its items") {
  SimulatedWorld world(87);
  const RunId run = world.start(matrix);
  REQUIRE(world.drive());
  CHECK(world.ask(run, mark({"each[0]"}, TaskState::failed)).contains("is what its parts are"));
  const RunId other = world.start(R"(
steps:
  each: {run: [each], matrix: {n: [1, 2]}}
)");
  REQUIRE(world.drive());
  CHECK(world.ask(other, mark({"each"}, TaskState::failed)).empty());
  REQUIRE(world.drive());
  CHECK(world.states(other) == "each:failed each[0]:failed each[1]:failed");
}

TEST_CASE("a mark counts until the task is done again") {
  SimulatedWorld world(88);
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  CHECK(world.ask(run, mark({"c"}, TaskState::failed)).empty());
  REQUIRE(world.drive());
  world.clock.advance(std::chrono::seconds(1));
  world.reopen(run);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  const LoadedRun loaded = world.load(run);
  CHECK(loaded.marks[0].at != loaded.tasks[2].ended_at);
}
