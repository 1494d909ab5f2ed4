// Pools, GPUs and priorities in the engine.
#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/simulated_world.h"
#include "run/claim_store.h"

using namespace gt;

namespace {

void set_pool(SimulatedWorld& world, const std::string& name, std::int64_t slots) {
  auto writer = world.memory->begin_write();
  REQUIRE(writer);
  REQUIRE(ClaimStore().set_pool(*writer, name, slots, {}, world.clock.now()));
  REQUIRE(writer->commit());
  world.engine->claims_changed();
}

ClaimLedger ledger_of(SimulatedWorld& world) {
  auto reader = world.memory->begin_read();
  REQUIRE(reader);
  auto ledger = ClaimStore().ledger(*reader);
  REQUIRE(ledger);
  return *std::move(ledger);
}

std::size_t running(SimulatedWorld& world, RunId run) {
  return world.engine->find(run)->open_attempts().size();
}

/// And that is committed.
bool has_succeeded(SimulatedWorld& world, RunId run, TaskIndex task) {
  const LoadedRun loaded = world.load(run);
  return task < loaded.tasks.size() && loaded.tasks[task].state == TaskState::succeeded;
}

constexpr const char* pooled = R"(
steps:
  work: {run: [work], pool: db, matrix: {i: "${{ range(5) }}"}}
  free: {run: [free]}
)";

}  // namespace

TEST_CASE("all runs together take no more of a pool than there is, and others go on beside them") {
  SimulatedWorld world(1, {8, 0});
  set_pool(world, "db", 2);
  const RunId first = world.start(pooled), second = world.start(pooled);
  std::size_t most = 0;
  REQUIRE(world.drive([&] {
    most = std::max(most, ledger_of(world).slots.size());
    return false;
  }));
  CHECK(most == 2);
  CHECK(world.state(first) == RunState::succeeded);
  CHECK(world.state(second) == RunState::succeeded);
  CHECK(ledger_of(world).slots.empty());
  CHECK(ledger_of(world).waits.empty());
}

TEST_CASE(
    "a closed pool lets all wait until it is opened, and a task that waits can be cancelled") {
  SimulatedWorld world(2);
  set_pool(world, "db", 0);
  const RunId run = world.start(pooled);
  REQUIRE(world.drive([&] { return has_succeeded(world, run, 1); }));
  CHECK(ledger_of(world).waits.size() == 1);
  CHECK(running(world, run) == 0);
  SUBCASE("opened") {
    set_pool(world, "db", 3);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
  }
  SUBCASE("cancelled") {
    REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "test"));
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::cancelled);
  }
  CHECK(ledger_of(world).waits.empty());
  CHECK(ledger_of(world).slots.empty());
}

TEST_CASE("a claim of more than there is fails the step at once") {
  SimulatedWorld world(3, {4, 0}, {"0"});
  set_pool(world, "small", 1);
  const RunId run = world.start(R"(
steps:
  large: {run: [x], pool: {small: 2}}
  nowhere: {run: [x], pool: gone, retry: 3}
  gpus: {run: [x], resources: {gpu: 2}}
  one: {run: [x], resources: {gpu: 1}, pool: small}
)");
  REQUIRE(world.drive());
  CHECK(world.states(run) == "large:failed nowhere:failed gpus:failed one:succeeded");
  const LoadedRun loaded = world.load(run);
  CHECK(loaded.tasks[0].cause == Cause::no_capacity);
  CHECK(loaded.tasks[0].message ==
        "it wants 2 slots of pool small, which has 1; `geartrain pools set small 2` enlarges it");
  CHECK(loaded.tasks[1].message == "there is no pool gone; `geartrain pools set gone 1` makes it");
  CHECK(loaded.tasks[2].message ==
        "it wants 2 GPUs, and this machine has 1; the setting `gpus` names others");
}

TEST_CASE("an attempt that waits for its next try holds no slot") {
  SimulatedWorld world(4, {1, 0});
  set_pool(world, "db", 1);
  world.behaviour = [&](const Launch& launch) {
    SimulatedCourse course{{}, std::chrono::seconds(1), world.success_of(launch)};
    if (launch.task_path == "a" && launch.attempt.number == 1)
      course.outcome = AttemptFailed{Cause::exit, "exit code 1", 1, {}};
    return course;
  };
  const RunId run = world.start(R"(
steps:
  a: {run: [a], pool: db, retry: {limit: 1, delay: 60s}}
  b: {run: [b], pool: db}
)");
  REQUIRE(world.drive([&] { return has_succeeded(world, run, 1); }));
  CHECK(world.state_of(run, "a") == TaskState::retry_wait);
  CHECK(ledger_of(world).slots.empty());
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
}

TEST_CASE("attempts that run at once have GPUs of their own, others see none") {
  SimulatedWorld world(5, {8, 0}, {"0", "5"});
  std::vector<std::string> seen;
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    for (const auto& [name, value] : launch.variables)
      if (name == "CUDA_VISIBLE_DEVICES") seen.push_back(launch.task_path + "=" + value);
    return otherwise(launch);
  };
  world.facts.variables["CUDA_VISIBLE_DEVICES"] = "7";
  const RunId run = world.start(R"(
steps:
  plain: {run: [x]}
  inherits: {run: [x], env: {inherit: [CUDA_VISIBLE_DEVICES]}}
  sets: {run: [x], env: {CUDA_VISIBLE_DEVICES: "3"}}
  train: {run: [x], resources: {gpu: 1}, matrix: {i: [0, 1]}}
)");
  REQUIRE(world.engine->turn());
  CHECK(seen ==
        std::vector<std::string>{"plain=", "inherits=7", "sets=3", "train[0]=0", "train[1]=5"});
  SUBCASE("and keep them when another engine takes the run over") {
    world.crash();
    CHECK(world.engine->find(run)->gpus_of(5) == std::vector<std::string>{"5"});
  }
  REQUIRE(world.drive());
  CHECK(ledger_of(world).gpus.empty());
  auto reader = world.memory->begin_read();
  REQUIRE(reader);
  const auto attempts = world.runs.attempts(*reader, run);
  REQUIRE(attempts);
  CHECK(attempts->back().gpus == std::vector<std::string>{"5"});
}

TEST_CASE("slots of an attempt that has ended while nobody drives its run are free") {
  SimulatedWorld world(6, {4, 0});
  set_pool(world, "db", 1);
  world.behaviour = [&](const Launch& launch) {
    return SimulatedCourse{{}, std::chrono::seconds(10), world.success_of(launch)};
  };
  constexpr const char* one = "steps: {a: {run: [a], pool: db}}";
  world.start(one);
  REQUIRE(world.engine->turn());
  // Its engine is gone, and nobody takes the run over: another one comes with a run of its own.
  Engine other(
      {.database = *world.database,
       .runs = world.runs,
       .cache = world.cache,
       .executor = *world.executor,
       .watcher = *world.watcher,
       .facts = world.facts,
       .clock = world.clock,
       .entropy = world.entropy},
      {.engine_id = "b", .capacity = {4, 0}, .project_root = "/p", .home = "/p/.geartrain"});
  std::optional<RunRecord> run;
  {
    auto writer = world.memory->begin_write();
    REQUIRE(writer);
    NewRun wanted;
    wanted.pipeline = "other";
    wanted.owner_engine = "b";
    auto created = world.runs.create(*writer, wanted, world.clock.now(), world.entropy);
    REQUIRE(created);
    run = *std::move(created);
    REQUIRE(writer->commit());
  }
  const auto plan = world.engine->find(1)->shared_plan();
  REQUIRE(other.begin(*run, plan, Selection(*plan)));
  REQUIRE(other.turn());
  REQUIRE(other.turn());
  CHECK(other.find(run->id)->open_attempts().empty());
  INFO("nobody rings: it looks by itself");
  const auto again = other.next_turn();
  REQUIRE(again);
  CHECK(*again <= world.clock.now() + std::chrono::seconds(5));
  world.clock.advance(std::chrono::seconds(6));
  REQUIRE(other.turn());
  CHECK(other.find(run->id)->open_attempts().empty());
  world.clock.advance(std::chrono::seconds(6));
  REQUIRE(other.turn());
  CHECK(other.find(run->id)->open_attempts().size() == 1);
}

TEST_CASE("higher priorities are launched first, of the run before those of the step") {
  SimulatedWorld world(7, {1, 0});
  std::vector<std::string> order;
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    order.push_back(fmt::format("{} {}", launch.attempt.run, launch.task_path));
    return otherwise(launch);
  };
  constexpr const char* text = R"(
defaults: {priority: 1}
steps:
  low: {run: [x], priority: -1}
  usual: {run: [x]}
  high: {run: [x], priority: 7}
)";
  world.start(text);
  RunOptions urgent;
  urgent.priority = 2;
  world.start(text, {}, urgent);
  REQUIRE(world.drive());
  CHECK(order ==
        std::vector<std::string>{"2 high", "2 usual", "2 low", "1 high", "1 usual", "1 low"});
}
