#include <doctest/doctest.h>
#include <limits>

#include "engine/engine.h"
#include "engine/simulated_courses.h"

using namespace gt;

namespace {

constexpr const char* cluster = R"(
steps:
  down: {run: [down], teardown: up}
  up: {run: [up], code: [a.py], outputs: {id: {type: string}}}
  train: {run: [train], needs: up}
  judge: {run: [judge], needs: train, trigger_rule: all_done}
finally:
  last: {run: [last, "${{ run.state }}"]}
)";

/// All attempts of the named tasks fail.
void fail_tasks(SimulatedWorld& world, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) fail_task(world, path, std::numeric_limits<int>::max());
}

using Paths = std::vector<std::string>;

bool is_running(SimulatedWorld& world, RunId run, const std::string& path) {
  return !world.load(run).tasks.empty() && world.state_of(run, path) == TaskState::running;
}

}  // namespace

TEST_CASE("a teardown runs when the work has ended, and before finally") {
  SimulatedWorld world(51);
  const auto started = record_starts(world);
  const RunId run = world.start(cluster);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(*started == Paths{"up", "train", "judge", "down", "last"});
}

TEST_CASE("setups and teardowns are never taken from the cache, nor is what is inside them") {
  SimulatedWorld world(52);
  const std::string text = R"(
steps:
  up:
    group:
      steps:
        make: {run: [make], code: [a.py], outputs: {id: {type: string}}}
  train: {run: [train], needs: up, code: [a.py], outputs: {x: {type: any}}}
  down: {run: [down], teardown: up, cache: true, code: [a.py], outputs: {x: {type: any}}}
)";
  world.start(text);
  REQUIRE(world.drive());
  const RunId next = world.start(text);
  REQUIRE(world.drive());
  CHECK(world.states(next) == "up:succeeded train:cached down:succeeded up.make:succeeded");
}

TEST_CASE("a teardown runs if the work failed, and its own failure counts only where asked for") {
  SimulatedWorld world(53);
  SUBCASE("the work failed") {
    fail_tasks(world, {"train"});
    const RunId run = world.start(cluster);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::failed);
    CHECK(world.state_of(run, "down") == TaskState::succeeded);
  }
  SUBCASE("the teardown failed") {
    fail_tasks(world, {"down"});
    const RunId run = world.start(cluster);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    CHECK(world.state_of(run, "down") == TaskState::failed);
  }
  SUBCASE("the teardown failed, which counts") {
    fail_tasks(world, {"down"});
    std::string text = cluster;
    text.replace(text.find("teardown: up"), 12, "teardown: {of: up, fails_run: true}");
    const RunId run = world.start(text);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::failed);
  }
}

TEST_CASE("without its setup nothing of the work runs, whatever its rule, and no teardown") {
  SimulatedWorld world(54);
  SUBCASE("it failed") {
    fail_tasks(world, {"up"});
    const RunId run = world.start(cluster);
    REQUIRE(world.drive());
    CHECK(world.states(run) ==
          "down:upstream_failed up:failed train:upstream_failed judge:upstream_failed "
          "last:succeeded");
  }
  SUBCASE("it was skipped") {
    std::string text = cluster;
    text.replace(text.find("run: [up]"), 9, "run: [up], if: false");
    const RunId run = world.start(text);
    REQUIRE(world.drive());
    CHECK(world.states(run) ==
          "down:skipped up:skipped train:skipped judge:skipped last:succeeded");
  }
}

TEST_CASE("one of several setups, or some items of one, is enough for the teardown") {
  SimulatedWorld world(55);
  fail_tasks(world, {"a", "b[0]"});
  const RunId run = world.start(R"(
steps:
  a: {run: [a]}
  b: {run: [b], matrix: {n: [1, 2]}}
  down: {run: [down], teardown: [a, b]}
)");
  REQUIRE(world.drive());
  CHECK(world.state_of(run, "down") == TaskState::succeeded);
}

TEST_CASE("a cancelled run still runs the teardowns of what has begun") {
  SimulatedWorld world(56);
  const RunId run = world.start(cluster);
  SUBCASE("while the work runs") {
    REQUIRE(world.drive([&] { return is_running(world, run, "train"); }));
    REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "test"));
    SUBCASE("and the engine lives") {}
    SUBCASE("and the engine dies") {
      REQUIRE(world.engine->turn());
      world.crash();
    }
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::cancelled);
    CHECK(world.state_of(run, "judge") == TaskState::cancelled);
    CHECK(world.state_of(run, "down") == TaskState::succeeded);
    CHECK(world.state_of(run, "last") == TaskState::succeeded);
  }
  SUBCASE("while the teardown runs") {
    REQUIRE(world.drive([&] { return is_running(world, run, "down"); }));
    REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "test"));
    REQUIRE(world.drive());
    CHECK(world.state_of(run, "down") == TaskState::succeeded);
  }
  SUBCASE("but not when it is killed") {
    REQUIRE(world.drive([&] { return is_running(world, run, "train"); }));
    REQUIRE(world.engine->request_cancel(run, CancelMode::kill, "test"));
    REQUIRE(world.drive());
    CHECK(world.state_of(run, "down") == TaskState::cancelled);
  }
}

TEST_CASE("a run whose time is over still runs the teardowns of what has begun") {
  SimulatedWorld world(57);
  const auto otherwise = world.behaviour;
  world.behaviour = [=](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    if (launch.task_path == "train") course.until_ended = std::chrono::hours(9);
    return course;
  };
  const RunId run = world.start("timeout: 1h" + std::string(cluster));
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::failed);
  CHECK(world.state_of(run, "down") == TaskState::succeeded);
}

TEST_CASE("a group with its own setup, per item: a failed teardown is not the group's failure") {
  SimulatedWorld world(58);
  fail_tasks(world, {"job[0].down", "job[1].work"});
  const RunId run = world.start(R"(
steps:
  job:
    matrix: {n: [1, 2, 3]}
    group:
      steps:
        up: {run: [up]}
        work: {run: [work], needs: up}
        down: {run: [down], teardown: up}
  after: {run: [after], needs: job, trigger_rule: all_done}
)");
  REQUIRE(world.drive());
  CHECK(world.states(run) ==
        "job:failed after:succeeded job[0]:succeeded job[1]:failed job[2]:succeeded "
        "job[0].up:succeeded job[0].work:succeeded job[0].down:failed job[1].up:succeeded "
        "job[1].work:failed job[1].down:succeeded job[2].up:succeeded job[2].work:succeeded "
        "job[2].down:succeeded");
}

TEST_CASE("what fail_fast cancels is torn down all the same") {
  SimulatedWorld world(59, {9, 0});
  const auto otherwise = world.behaviour;
  world.behaviour = [=](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    course.until_ended = std::chrono::seconds(launch.task_path == "job[1].work" ? 60 : 1);
    if (launch.task_path == "job[0].work")
      course.outcome = AttemptFailed{Cause::exit, "exit code 1", 1, {}};
    return course;
  };
  const RunId run = world.start(R"(
steps:
  job:
    matrix: {n: [1, 2]}
    fail_fast: true
    group:
      steps:
        up: {run: [up]}
        work: {run: [work], needs: up}
        down: {run: [down], teardown: up}
)");
  REQUIRE(world.drive());
  CHECK(world.state_of(run, "job[1].work") == TaskState::cancelled);
  CHECK(world.state_of(run, "job[0].down") == TaskState::succeeded);
  CHECK(world.state_of(run, "job[1].down") == TaskState::succeeded);
}

TEST_CASE("a retry of the work begins with its setup and ends with its teardown") {
  SimulatedWorld world(60);
  auto fails = std::make_shared<bool>(true);
  const auto otherwise = world.behaviour;
  world.behaviour = [=](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    if (*fails && launch.task_path.ends_with("judge"))
      course.outcome = AttemptFailed{Cause::exit, "exit code 1", 1, {}};
    if (launch.task_path.ends_with("judge")) *fails = false;
    return course;
  };
  const auto started = record_starts(world);
  SUBCASE("by hand") {
    const RunId run = world.start(cluster);
    REQUIRE(world.drive());
    started->clear();
    world.reopen(run);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    CHECK(*started == Paths{"up", "judge", "down", "last"});
  }
  SUBCASE("of a group") {
    const RunId run = world.start(R"(
steps:
  job:
    retry: 1
    group:
      steps:
        down: {run: [down], teardown: up}
        judge: {run: [judge], needs: train}
        up: {run: [up]}
        train: {run: [train], needs: up}
)");
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    CHECK(*started ==
          Paths{"job.up", "job.train", "job.judge", "job.down", "job.up", "job.judge", "job.down"});
  }
}

TEST_CASE("one selected step brings its setups and their teardowns along") {
  SimulatedWorld world(61);
  RunOptions options;
  std::string text = cluster;
  SUBCASE("a step of the work") {
    options.only = {"train"};
    const RunId run = world.start(cluster, {}, options);
    REQUIRE(world.drive());
    CHECK(world.states(run) ==
          "down:succeeded up:succeeded train:succeeded judge:skipped last:skipped");
  }
  SUBCASE("the teardown itself") {
    options.only = {"down"};
    text.replace(text.find("teardown: up"), 12, "teardown: up, needs: judge");
    const RunId run = world.start(text, {}, options);
    REQUIRE(world.drive());
    CHECK(world.states(run) ==
          "down:succeeded up:succeeded train:skipped judge:skipped last:skipped");
  }
}
