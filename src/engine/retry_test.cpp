#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/simulated_courses.h"

using namespace gt;

namespace {

using Paths = std::vector<std::string>;

constexpr const char* submit_and_wait = R"(
steps:
  job:
    retry: {limit: 2, delay: 10s}
    group:
      steps:
        wait: {run: [wait, "${{ inputs.id }}"], inputs: {id: "${{ steps.submit.outputs.id }}"}}
        submit: {run: [submit], code: [a.py], outputs: {id: {type: integer}}}
        note: {run: [note], needs: [wait]}
  after: {run: [after], needs: [job]}
)";

std::string whole(std::string text) {
  const std::string before = "limit: 2,";
  return text.replace(text.find(before), before.size(), "limit: 2, whole: true,");
}

}  // namespace

TEST_CASE("a group is tried again: what did not succeed inside, after the delay") {
  SimulatedWorld world(31);
  fail_task(world, "job.wait", 2);
  const auto started = record_starts(world);
  const Time begin = world.clock.now();
  const RunId run = world.start(submit_and_wait);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(*started == Paths{"job.submit", "job.wait", "job.wait", "job.wait", "job.note", "after"});
  CHECK(world.clock.now() - begin >= std::chrono::seconds(20));
  CHECK(world.load(run).tasks[0].attempts == 3);
}

TEST_CASE("a group that is tried again as a whole runs all its steps anew, without the cache") {
  SimulatedWorld world(32);
  fail_task(world, "job.wait", 1);
  const auto started = record_starts(world);
  const RunId run = world.start(whole(submit_and_wait));
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(*started == Paths{"job.submit", "job.wait", "job.submit", "job.wait", "job.note", "after"});
  CHECK(world.load(run).tasks[0].attempts == 2);

  const RunId next = world.start(whole(submit_and_wait));
  REQUIRE(world.drive());
  CHECK(world.state_of(next, "job.submit") == TaskState::cached);
}

TEST_CASE("a group without attempts left has failed, and so has what needs it") {
  SimulatedWorld world(33);
  fail_task(world, "job.wait", 3);
  const RunId run = world.start(submit_and_wait);
  REQUIRE(world.drive());
  CHECK(world.states(run) ==
        "job:failed after:upstream_failed job.wait:failed job.submit:succeeded "
        "job.note:upstream_failed");
  CHECK(world.load(run).tasks[0].attempts == 3);

  // By hand there are as many again.
  fail_task(world, "job.wait", 2);
  world.reopen(run);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(world.load(run).tasks[0].attempts == 6);
}

TEST_CASE("a group that waits to be tried again goes on after a crash, and ends at a cancel") {
  SimulatedWorld world(34);
  fail_task(world, "job.wait", 1);
  const RunId run = world.start(submit_and_wait);
  REQUIRE(world.drive([&] {
    const LiveRun* live = world.engine->find(run);
    return live->tasks().size() > 2 && live->task(0).state == TaskState::retry_wait;
  }));
  CHECK(world.state_of(run, "job") == TaskState::retry_wait);
  SUBCASE("crash") {
    world.crash();
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
  }
  SUBCASE("cancel") {
    REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "test"));
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::cancelled);
    CHECK(world.state_of(run, "job") == TaskState::cancelled);
  }
}

TEST_CASE("matrices and groups inside are tried again in their order") {
  SimulatedWorld world(35);
  fail_task(world, "job.each[1].b", 1);
  const auto started = record_starts(world);
  std::string text = R"(
steps:
  job:
    retry: 1
    group:
      steps:
        each:
          needs: [first]
          matrix: {m: [1, 2]}
          max_parallel: 1
          group:
            steps:
              a: {run: [a]}
              b: {run: [b], needs: [a]}
        first: {run: [first]}
        last: {run: [last], needs: [each], if: "steps.each.state == 'succeeded'"}
)";
  Paths again;
  SUBCASE("what did not succeed") { again = {"job.each[1].b", "job.last"}; }
  SUBCASE("as a whole") {
    text.replace(text.find("retry: 1"), 8, "retry: {limit: 1, whole: true}");
    again = {"job.first",     "job.each[0].a", "job.each[0].b",
             "job.each[1].a", "job.each[1].b", "job.last"};
  }
  const RunId run = world.start(text);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  Paths expected = {"job.first", "job.each[0].a", "job.each[0].b", "job.each[1].a",
                    "job.each[1].b"};
  expected.insert(expected.end(), again.begin(), again.end());
  CHECK(*started == expected);
}

TEST_CASE("each item of a matrix of groups has attempts of its own") {
  SimulatedWorld world(36);
  fail_task(world, "job[1].a", 1);
  fail_task(world, "job[2].a", 9);
  const RunId run = world.start(R"(
steps:
  job:
    matrix: {m: [1, 2, 3]}
    max_parallel: 1
    retry: 1
    group:
      steps: {a: {run: [a]}}
)");
  REQUIRE(world.drive());
  CHECK(world.states(run) ==
        "job:failed job[0]:succeeded job[1]:succeeded job[2]:failed job[0].a:succeeded "
        "job[1].a:succeeded job[2].a:failed");
}

TEST_CASE("a matrix inside that no step of it decides may vanish with its condition") {
  SimulatedWorld world(37);
  fail_task(world, "job.each[0]", 9);
  world.behaviour = [&, otherwise = world.behaviour](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    if (launch.task_path == "job.first")
      course.outcome = AttemptSucceeded{{Value(launch.attempt.number == 1)}};
    return course;
  };
  const RunId run = world.start(R"(
steps:
  job:
    retry: {limit: 1, whole: true}
    group:
      steps:
        first: {run: [first], outputs: {go: {type: boolean}}}
        each: {run: [each], matrix: {m: [1, 2]}, if: steps.first.outputs.go}
)");
  REQUIRE(world.drive());
  CHECK(world.states(run) ==
        "job:succeeded job.first:succeeded job.each:skipped job.each[0]:skipped "
        "job.each[1]:skipped");
}

TEST_CASE("an attempt after an out_of_memory end gets more memory, as far as there is") {
  SimulatedWorld world(38, {4, 10'000});
  fail_task(world, "a", 4, {Cause::out_of_memory, "killed", {}, 9});
  const std::string text = R"(
steps:
  a: {run: [a], resources: {memory: 1000}, retry: {limit: 5, grow: GROW}, code: [a.py], outputs: {x: {type: any}}}
)";
  std::vector<std::int64_t> given;
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    given.push_back(launch.memory_bytes);
    return otherwise(launch);
  };
  const auto start_with = [&](const std::string& grow) {
    std::string with = text;
    return world.start(with.replace(with.find("GROW"), 4, grow));
  };
  SUBCASE("up to what the machine has") {
    const RunId run = start_with("3");
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    CHECK(given == std::vector<std::int64_t>{1000, 3000, 9000, 10'000, 10'000});
    CHECK(world.load(run).tasks[0].memory_bytes == 10'000);
  }
  SUBCASE("up to what is declared, and after a crash as before") {
    const RunId run = start_with("{memory: 1.5, memory_max: 2000}");
    REQUIRE(world.drive([&] { return given.size() == 2; }));
    world.crash();
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    CHECK(given == std::vector<std::int64_t>{1000, 1500, 2000, 2000, 2000});
  }
  SUBCASE("which is no part of its key") {
    start_with("3");
    REQUIRE(world.drive());
    const RunId next = start_with("4");
    REQUIRE(world.drive());
    CHECK(world.state_of(next, "a") == TaskState::cached);
  }
}

TEST_CASE("what has grown takes its place among the others") {
  SimulatedWorld world(39, {4, 1000});
  fail_task(world, "a", 1, {Cause::out_of_memory, "killed", {}, 9});
  const RunId run = world.start(R"(
steps:
  a: {run: [a], resources: {memory: 500}, retry: {limit: 1, grow: 2}}
  b: {run: [b], resources: {memory: 500}, needs: [c]}
  c: {run: [c], resources: {memory: 500}}
)");
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(world.executor->violations().empty());
}

TEST_CASE("whoever sets the clock neither ends nor prolongs what waits to be tried again") {
  for (const Duration set_by :
       {Duration(std::chrono::hours(24 * 365)), Duration(std::chrono::hours(-24)), Duration(0)}) {
    SimulatedWorld world(35);
    fail_task(world, "flaky", 1);
    const RunId run = world.start(R"(
timeout: 1h
steps:
  flaky: {run: [flaky], retry: {limit: 1, delay: 10m}}
)");
    const auto waits = [&] { return world.states(run) == "flaky:retry_wait"; };
    // Not by drive(), which goes on to the time when the wait is over.
    while (!waits()) {
      REQUIRE(world.engine->turn());
      if (const auto event = world.executor->next_event(); event && *event > world.clock.now())
        world.clock.advance(*event - world.clock.now());
    }
    const Time due = *world.load(run).tasks[0].next_at + set_by;
    const Duration before = world.clock.steady();
    world.clock.jump(set_by);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    const Duration waited = world.clock.steady() - before;
    CHECK(waited >= std::chrono::minutes(9));
    CHECK(waited <= std::chrono::minutes(11));
    CHECK(world.load(run).tasks[0].next_at == due);
  }
}

TEST_CASE("a run's time is up after as long as it may take, whatever the clock says meanwhile") {
  SimulatedWorld world(36);
  fail_task(world, "flaky", 100);
  const RunId run = world.start(R"(
timeout: 1h
steps:
  flaky: {run: [flaky], retry: {limit: 100, delay: 10m}}
)");
  const Duration before = world.clock.steady();
  int jumps = 0;
  REQUIRE(world.drive([&] {
    if (world.states(run) == "flaky:retry_wait")
      world.clock.jump(std::chrono::hours(++jumps % 2 == 0 ? -24 : 48));
    return false;
  }));
  CHECK(jumps > 2);
  CHECK(world.load(run).run.error->cause == Cause::run_timeout);
  const Duration took = world.clock.steady() - before;
  CHECK(took >= std::chrono::minutes(60));
  CHECK(took <= std::chrono::minutes(61));
}
