#include <algorithm>
#include <doctest/doctest.h>
#include <map>

#include "engine/engine.h"
#include "engine/simulated_world.h"

using namespace gt;

namespace {

const AttemptFailed exit_code_1 = {Cause::exit, "exit code 1", 1, {}};

/// A world in which the named task fails so many times, and all commands are written down.
struct World : SimulatedWorld {
  explicit World(std::uint64_t seed, Capacity with_capacity = {4, 0})
      : SimulatedWorld(seed, with_capacity) {
    const auto otherwise = behaviour;
    behaviour = [this, otherwise](const Launch& launch) {
      std::string words = launch.task_path + ":";
      for (const std::string& word : std::get<0>(launch.command)) words += " " + word;
      commands.push_back(words);
      SimulatedCourse course = otherwise(launch);
      if (lengths.contains(launch.task_path)) course.until_ended = lengths[launch.task_path];
      if (failures[launch.task_path] > 0) {
        --failures[launch.task_path];
        course.outcome = exit_code_1;
      }
      return course;
    };
  }

  std::vector<std::string> commands;
  std::map<std::string, int> failures;
  std::map<std::string, Duration> lengths;
};

using Commands = std::vector<std::string>;

constexpr const char* inner = R"(
params:
  month: {type: integer, minimum: 1, maximum: 12}
  names: {type: array, default: [x, y]}
env: {WHERE: "inner ${{ params.month }}"}
steps:
  load: {run: [load, "${{ params.month }}"], outputs: {rows: {type: integer}}}
  each:
    needs: [load]
    matrix: {name: "${{ params.names }}"}
    run: [each, "${{ matrix.name }}", "${{ env.WHERE }}"]
finally:
  clean: {run: [clean, "${{ run.state }}", "${{ steps.load.state }}"]}
outputs:
  rows: ${{ steps.load.outputs.rows }}
  month: ${{ params.month }}
)";

}  // namespace

TEST_CASE("another pipeline is a step: it gets parameters, and gives outputs") {
  World world(51);
  world.named = {{"inner.yaml", inner}};
  const RunId run = world.start(R"(
env: {WHERE: outer}
steps:
  first: {run: [first], outputs: {month: {type: integer}}}
  sub:
    pipeline: inner.yaml
    params: {month: "${{ steps.first.outputs.month }}"}
  after:
    inputs: {rows: "${{ steps.sub.outputs.rows }}", month: "${{ steps.sub.outputs.month }}"}
    run: [after, "${{ inputs.rows }}", "${{ inputs.month }}"]
)");
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  std::ranges::sort(world.commands);
  CHECK(world.commands ==
        Commands{"after: after 7 7", "first: first", "sub.clean: clean succeeded succeeded",
                 "sub.each[0]: each x inner 7", "sub.each[1]: each y inner 7", "sub.load: load 7"});
}

TEST_CASE(
    "a pipeline runs once for each item, and a matrix of its own does not see that of its call") {
  World world(52);
  world.named = {{"inner.yaml", inner}};
  const RunId run = world.start(R"(
steps:
  sub:
    matrix: {m: [1, 2]}
    pipeline: inner.yaml
    params: {month: "${{ matrix.m }}", names: ["n${{ matrix.m }}"]}
  all: {inputs: {rows: "${{ steps.sub.outputs.rows }}"}, run: [all, "${{ inputs.rows }}"]}
)");
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(std::ranges::count(world.commands, "sub[1].each[0]: each n2 inner 2") == 1);
  CHECK(world.commands.back() == "all: all 7 7");
}

TEST_CASE(
    "parameters that its schema refuses fail the step when it is entered, for a clear reason") {
  World world(53);
  world.named = {{"inner.yaml", inner}};
  const RunId run = world.start(R"(
steps:
  first: {run: [first], outputs: {month: {type: integer}}}
  sub: {pipeline: inner.yaml, params: {month: "${{ steps.first.outputs.month * 2 }}"}, retry: 2}
  after: {run: [after], needs: sub}
)");
  REQUIRE(world.drive());
  CHECK(world.states(run) == "first:succeeded sub:failed after:upstream_failed");
  const TaskRecord sub = world.load(run).tasks[1];
  CHECK(sub.cause == Cause::invalid_expression);
  CHECK(sub.message == "params: month: 14 is over the maximum 12");
}

TEST_CASE("its `finally` runs however the steps ended, and sees how") {
  World world(54);
  world.named = {{"inner.yaml", inner}};
  constexpr const char* outer =
      "steps: {sub: {pipeline: inner.yaml, params: {month: 1}}, after: {run: [x], needs: sub}}";
  SUBCASE("a step fails") {
    world.failures["sub.load"] = 1;
    const RunId run = world.start(outer);
    REQUIRE(world.drive());
    CHECK(world.commands == Commands{"sub.load: load 1", "sub.clean: clean failed failed"});
    CHECK(world.states(run) ==
          "sub:failed after:upstream_failed sub.load:failed sub.each:upstream_failed "
          "sub.clean:succeeded");
  }
  SUBCASE("it fails itself") {
    world.failures["sub.clean"] = 1;
    const RunId run = world.start(outer);
    REQUIRE(world.drive());
    CHECK(world.state_of(run, "sub") == TaskState::failed);
    CHECK(world.state_of(run, "after") == TaskState::upstream_failed);
  }
  SUBCASE("the run is cancelled, once") {
    const RunId run = world.start(outer);
    REQUIRE(world.drive([&] { return !world.commands.empty(); }));
    REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "test"));
    REQUIRE(world.drive());
    CHECK(world.commands.back() == "sub.clean: clean cancelled cancelled");
    CHECK(world.state(run) == RunState::cancelled);
    CHECK(world.state_of(run, "sub") == TaskState::cancelled);
  }
  SUBCASE("the run is killed") {
    const RunId run = world.start(outer);
    REQUIRE(world.drive([&] { return !world.commands.empty(); }));
    REQUIRE(world.engine->request_cancel(run, CancelMode::kill, "test"));
    REQUIRE(world.drive());
    CHECK(world.commands == Commands{"sub.load: load 1"});
    CHECK(world.state_of(run, "sub.clean") == TaskState::cancelled);
  }
}

TEST_CASE("`fail_fast` ends the steps of other items, and lets their `finally` run") {
  World world(55, {8, 0});
  world.named = {{"inner.yaml", inner}};
  world.failures["sub[0].load"] = 1;
  world.lengths["sub[0].load"] = std::chrono::seconds(1);
  world.lengths["sub[1].load"] = std::chrono::hours(1);
  const RunId run = world.start(
      "steps: {sub: {pipeline: inner.yaml, matrix: {m: [1, 2]}, fail_fast: true, params: {month: "
      "\"${{ matrix.m }}\"}}}");
  REQUIRE(world.drive());
  CHECK(world.state_of(run, "sub[1].load") == TaskState::cancelled);
  CHECK(world.state_of(run, "sub[1].clean") == TaskState::succeeded);
  CHECK(world.state(run) == RunState::failed);
}

TEST_CASE("its timeout ends its steps, not its `finally`, and each attempt has the whole time") {
  World world(56);
  world.named = {{"inner.yaml",
                  "timeout: 1m\nsteps: {s: {run: [s]}, t: {run: [t], needs: s}}\n"
                  "finally: {f: {run: [f]}}"}};
  world.lengths["sub.s"] = std::chrono::seconds(50);
  world.lengths["sub.f"] = std::chrono::minutes(5);
  int starts = 0;
  const auto otherwise = world.behaviour;
  world.behaviour = [&, otherwise](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    if (launch.task_path == "sub.t")
      course.until_ended = std::chrono::seconds(++starts == 1 ? 60 : 5);
    return course;
  };
  const RunId run = world.start(R"(
steps:
  sub: {pipeline: inner.yaml}
  after: {run: [after, "${{ steps.sub.error.cause }}"], needs: sub, trigger_rule: all_failed}
)");
  const Time begin = world.clock.now();
  REQUIRE(world.drive([&] { return world.clock.now() - begin >= std::chrono::seconds(70); }));
  world.crash();
  REQUIRE(world.drive());
  CHECK(world.states(run) ==
        "sub:failed after:succeeded sub.s:succeeded sub.t:cancelled sub.f:succeeded");
  CHECK(world.load(run).tasks[0].cause == Cause::timeout);
  CHECK(world.load(run).tasks[0].message == "its steps did not end within the timeout of 1m00s");
  CHECK(world.commands.back() == "after: after timeout");
  world.reopen(run);
  REQUIRE(world.drive());
  CHECK(world.state_of(run, "sub") == TaskState::succeeded);
}

TEST_CASE("its max_parallel counts the attempts inside, those of inner calls too") {
  World world(57, {8, 0});
  world.named = {{"inner.yaml",
                  "max_parallel: 2\nsteps: {a: {run: [x], matrix: {n: [1, 2, 3, 4]}}, b: "
                  "{pipeline: deep.yaml}}"},
                 {"deep.yaml", "steps: {c: {run: [x], matrix: {n: [1, 2, 3]}}}"}};
  std::uint32_t most = 0, others = 0;
  const RunId run = world.start(
      "steps: {sub: {pipeline: inner.yaml}, beside: {run: [x], matrix: {n: [1, 2, 3]}}}");
  REQUIRE(world.drive([&] {
    std::uint32_t inside = 0, all = 0;
    if (const LiveRun* live = world.engine->find(run)) {
      for (TaskIndex task = 0; task < live->tasks().size(); ++task) {
        const LiveRun::Task& seen = live->task(task);
        if (seen.kind != TaskKind::step ||
            (seen.state != TaskState::queued && seen.state != TaskState::running))
          continue;
        ++all;
        if (live->caller(task) != no_task) ++inside;
      }
    }
    most = std::max(most, inside);
    others = std::max(others, all);
    return false;
  }));
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(most == 2);
  CHECK(others > 2);
}

TEST_CASE("a retry repeats what failed inside, and then its `finally`") {
  World world(58);
  world.named = {{"inner.yaml", inner}};
  world.failures["sub.each[1]"] = 1;
  const RunId run = world.start(
      "steps: {sub: {pipeline: inner.yaml, params: {month: 3}, retry: {limit: 1, delay: 5s}}}");
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  const auto count = [&](const char* command) {
    return std::ranges::count(world.commands, std::string(command));
  };
  CHECK(count("sub.load: load 3") == 1);
  CHECK(count("sub.each[0]: each x inner 3") == 1);
  CHECK(count("sub.each[1]: each y inner 3") == 2);
  CHECK(count("sub.clean: clean failed succeeded") == 1);
  CHECK(count("sub.clean: clean succeeded succeeded") == 1);
}

TEST_CASE("equal work of two calls is done once, and what was given is part of the key") {
  World world(59);
  world.named = {{"inner.yaml",
                  "params: {n: {}}\nsteps: {s: {run: [s, \"${{ params.n }}\"], code: [a.py], "
                  "outputs: {v: {type: integer}}}}"}};
  const RunId run = world.start(R"(
steps:
  one: {pipeline: inner.yaml, params: {n: 1}}
  same: {pipeline: inner.yaml, params: {n: 1}}
  other: {pipeline: inner.yaml, params: {n: 2}}
)");
  REQUIRE(world.drive());
  CHECK(world.state_of(run, "same.s") == TaskState::cached);
  CHECK(world.state_of(run, "other.s") == TaskState::succeeded);
}

TEST_CASE("an artifact goes to a parameter that declares no type") {
  World world(60);
  world.named = {{"inner.yaml",
                  "params: {table: {}}\nsteps: {s: {run: [s, \"${{ inputs.table }}\"], inputs: "
                  "{table: \"${{ params.table }}\"}}}"}};
  const RunId run = world.start(R"(
steps:
  make: {run: [make], outputs: {table: {path: t.csv}}}
  sub: {pipeline: inner.yaml, params: {table: "${{ steps.make.outputs.table }}"}}
)");
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(world.commands.back().ends_with("/inputs/table/t.csv"));
}

TEST_CASE("a pipeline whose steps are all skipped is skipped, whatever its `finally` does") {
  World world(61);
  world.named = {{"inner.yaml",
                  "steps: {s: {run: [s], if: \"false\"}}\nfinally: {f: {run: [f]}}\n"
                  "outputs: {v: \"${{ steps.s.state }}\"}"}};
  const RunId run = world.start("steps: {sub: {pipeline: inner.yaml}, a: {run: [a], needs: sub}}");
  REQUIRE(world.drive());
  CHECK(world.states(run) == "sub:skipped a:skipped sub.s:skipped sub.f:succeeded");
}

TEST_CASE("a run whose own output cannot be had has failed, and says why") {
  World world(62);
  const RunId run = world.start(
      "steps: {s: {run: [s], outputs: {n: {type: integer}}}}\n"
      "outputs: {n: \"${{ 1 / (steps.s.outputs.n - 7) }}\"}");
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::failed);
  CHECK(world.load(run).run.error->message.starts_with("output n: "));
}

TEST_CASE("its steps wait for the environment of their own file") {
  World world(63);
  world.facts.environments_are_ready = false;
  world.named = {{"inner.yaml",
                  "environment: {python: {requirements: r.txt}}\n"
                  "steps: {a: {run: [x], code: [a.py], outputs: {x: {type: integer}}}, b: {run: "
                  "[x]}}"}};
  const RunId run = world.start("steps: {sub: {pipeline: inner.yaml}}");
  REQUIRE(world.engine->turn());
  CHECK(world.states(run) == "sub:running sub.a:ready sub.b:ready");
  world.facts.environments_are_ready = true;
  world.engine->environments_changed();
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
}
