// Tasks without a process, through an engine and its store.
#include <algorithm>
#include <doctest/doctest.h>

#include "base/text.h"
#include "engine/engine.h"
#include "engine/simulated_courses.h"

using namespace gt;

namespace {

constexpr const char* waiting = R"(
steps:
  settle: {wait: {for: 10m}}
  after: {run: [after], needs: [settle]}
)";

constexpr const char* released = R"(
steps:
  release:
    approve:
      message: Deploy it?
      fields:
        replicas: {type: integer, default: 2}
        region: {type: string}
  deploy:
    run: [deploy, "${{ steps.release.outputs.replicas }}", "${{ steps.release.outputs.region }}"]
)";

ApprovalRequest decision(std::string task, JsonObject values = {},
                         ApprovalDecision decided = ApprovalDecision::approve) {
  return {.task = std::move(task),
          .decision = decided,
          .values = std::move(values),
          .comment = "it is late",
          .by = "anna"};
}

/// Turns, but lets no time pass for which only the task waits.
void turn_until_deferred(SimulatedWorld& world, RunId run, const std::string& task) {
  int turns = 0;
  do {
    REQUIRE(++turns < 100);
    const auto event = world.executor->next_event();
    if (event && *event > world.clock.now()) world.clock.advance(*event - world.clock.now());
    REQUIRE(world.engine->turn().ok());
  } while (world.state_of(run, task) != TaskState::deferred);
}

/// The answer of the engine to a request that it has just read.
std::string answer(SimulatedWorld& world) {
  REQUIRE(world.engine->turn().ok());
  auto writer = world.memory->begin_write();
  REQUIRE(writer.ok());
  const auto taken = world.runs.take_answer(*writer, 1);
  REQUIRE(taken.ok());
  REQUIRE(taken->has_value());
  REQUIRE(writer->commit().ok());
  return **taken;
}

}  // namespace

TEST_CASE("a wait takes as long as it says, without an attempt") {
  SimulatedWorld world(1);
  const auto started = record_attempts(world);
  const Time begun = world.clock.now();
  const RunId run = world.start(waiting);
  turn_until_deferred(world, run, "settle");
  CHECK(world.engine->next_turn() == begun + std::chrono::minutes(10));
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "settle:succeeded after:succeeded");
  const TaskRecord settled = world.load(run).tasks[0];
  CHECK(settled.attempts == 0);
  CHECK(*settled.ended_at - *settled.started_at == std::chrono::minutes(10));
  CHECK(*started == std::vector<std::string>{"after#1"});
}

TEST_CASE("a wait goes on where it was, whoever drives it") {
  SimulatedWorld world(2);
  const RunId run = world.start(waiting);
  turn_until_deferred(world, run, "settle");
  const Time end = *world.engine->next_turn();
  world.clock.advance(std::chrono::minutes(4));
  world.crash();
  turn_until_deferred(world, run, "settle");
  CHECK(world.engine->next_turn() == end);
  world.clock.advance(std::chrono::hours(1));
  world.crash();
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "settle:succeeded after:succeeded");
}

TEST_CASE("when the clock is set, a duration goes along and an instant stays") {
  SimulatedWorld world(3);
  const Time begun = world.clock.now();
  const RunId run = world.start(R"(
steps:
  lasts: {wait: {for: 30m}}
  comes: {wait: {until: "2030-01-01T00:00Z"}}
  asked: {approve: {message: Go on?}, timeout: 40m, on_timeout: skip}
)");
  turn_until_deferred(world, run, "asked");
  world.clock.jump(std::chrono::hours(24));
  REQUIRE(world.engine->turn().ok());
  CHECK(world.states(run) == "lasts:deferred comes:deferred asked:deferred");
  CHECK(world.engine->next_turn() == begun + std::chrono::hours(24) + std::chrono::minutes(30));
  world.crash();
  REQUIRE(world.drive([&] { return world.state_of(run, "asked") == TaskState::skipped; }).ok());
  CHECK(world.states(run) == "lasts:succeeded comes:deferred asked:skipped");
  CHECK(format_time(*world.engine->next_turn()) == "2030-01-01T00:00:00.000Z");
}

TEST_CASE("thousands of waits are one commit to begin and one to end") {
  SimulatedWorld world(4);
  int commits = 0;
  world.on_commit = [&](const RunChanges&) { ++commits; };
  const RunId run = world.start(R"(
steps:
  each: {matrix: {n: "${{ range(5000) }}"}, wait: {for: 1h}}
)");
  REQUIRE(world.drive().ok());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(commits <= 4);
}

TEST_CASE("what a person fills in are the outputs of an approval") {
  SimulatedWorld world(5);
  std::vector<std::string> command;
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    command = std::get<std::vector<std::string>>(launch.command);
    return otherwise(launch);
  };
  const RunId run = world.start(released);
  turn_until_deferred(world, run, "release");
  CHECK(!world.engine->next_turn());
  SUBCASE("by the engine that asked") {}
  SUBCASE("by another one") { world.crash(); }
  REQUIRE(world.engine->turn().ok());
  CHECK(world.ask(run, decision("release", {{"region", "eu"}})).empty());
  CHECK(answer(world).empty());
  REQUIRE(world.drive().ok());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(command == std::vector<std::string>{"deploy", "2", "eu"});
  const LoadedRun loaded = world.load(run);
  REQUIRE(loaded.approvals.size() == 1);
  CHECK(loaded.approvals[0].by == "anna");
  CHECK(loaded.approvals[0].comment == "it is late");
}

TEST_CASE("a decision that does not fit changes nothing") {
  SimulatedWorld world(6);
  const RunId run = world.start(released);
  turn_until_deferred(world, run, "release");
  const auto refused = [&](const ApprovalRequest& request) {
    // Of a run that has ended, the answer comes at once.
    std::string at_once = world.ask(run, request);
    return at_once.empty() ? answer(world) : at_once;
  };
  CHECK(refused(decision("release")) == "field region is not given and has no default");
  CHECK(refused(decision("release", {{"region", 1}})) ==
        "field region: 1 is an integer, not a string");
  CHECK(refused(decision("deploy")) == "deploy is no step that a person approves");
  CHECK(refused(decision("releas")) == "run pipeline/1 has no task releas");
  CHECK(world.states(run) == "release:deferred deploy:waiting");
  CHECK(refused(decision("release", {}, ApprovalDecision::reject)).empty());
  CHECK(refused(decision("release", {{"region", "eu"}})) ==
        "release is failed: it does not wait for an approval");
}

TEST_CASE("what is rejected is asked for once more by a retry, and the old decision is gone") {
  SimulatedWorld world(7);
  const RunId run = world.start(released);
  turn_until_deferred(world, run, "release");
  world.ask(run, decision("release", {}, ApprovalDecision::reject));
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "release:failed deploy:upstream_failed");
  CHECK(world.load(run).tasks[0].message == "rejected by anna: it is late");
  CHECK(world.load(run).approvals.size() == 1);
  world.reopen(run);
  turn_until_deferred(world, run, "release");
  CHECK(world.load(run).approvals.empty());
  REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "test").ok());
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "release:cancelled deploy:cancelled");
  CHECK(world.load(run).tasks[0].message.empty());
  CHECK(world.load(run).approvals.empty());
}

TEST_CASE("a wait that is cleared waits anew") {
  SimulatedWorld world(8);
  const RunId run = world.start(R"(
steps:
  long: {wait: {for: 1h}}
  short: {approve: {message: Go on?}, timeout: 10m, on_timeout: skip}
finally:
  last: {run: [last]}
)");
  turn_until_deferred(world, run, "long");
  REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "test").ok());
  REQUIRE(world.drive().ok());
  const Time again = world.clock.now();
  CHECK(world.ask(run, ClearRequest{{"long"}, false, false, "test"}).empty());
  REQUIRE(world.drive().ok());
  CHECK(world.state_of(run, "long") == TaskState::succeeded);
  CHECK(*world.load(run).tasks[0].ended_at - again >= std::chrono::hours(1));
}

TEST_CASE("an approval in a group that is tried again is asked for once more") {
  SimulatedWorld world(9);
  const RunId run = world.start(R"(
steps:
  all:
    retry: 1
    group:
      steps:
        asks: {approve: {message: Go on?}, timeout: 10m}
        works: {run: [works], needs: [asks]}
)");
  turn_until_deferred(world, run, "all.asks");
  const Time first = *world.engine->next_turn();
  world.clock.advance(first - world.clock.now());
  turn_until_deferred(world, run, "all.asks");
  CHECK(world.ask(run, decision("all.asks")).empty());
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "all:succeeded all.asks:succeeded all.works:succeeded");
}
