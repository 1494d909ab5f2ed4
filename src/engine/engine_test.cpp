#include "engine/engine.h"

#include <doctest/doctest.h>

#include "engine/forecast.h"
#include "engine/simulated_world.h"

using namespace gt;

namespace {

/// Fails the attempts of the named task until `times` are used up.
void fail_task(SimulatedWorld& world, const std::string& path, int times,
               AttemptFailed failure = {Cause::exit, "exit code 1", 1, {}}) {
  auto left = std::make_shared<int>(times);
  const auto otherwise = world.behaviour;
  world.behaviour = [=](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    if (launch.task_path == path && *left > 0) {
      --*left;
      course.outcome = failure;
    }
    return course;
  };
}

constexpr const char* chain = R"(
steps:
  a: {run: [a], outputs: {x: {path: x}}}
  b: {run: [b, "${{ inputs.x }}"], inputs: {x: "${{ steps.a.outputs.x }}"}, outputs: {y: {type: integer}}, code: [b.py]}
  c: {run: [c, "${{ steps.b.outputs.y }}"]}
)";

}  // namespace

TEST_CASE("a chain of steps runs in order and succeeds") {
  SimulatedWorld world(1);
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(world.states(run) == "a:succeeded b:succeeded c:succeeded");
  CHECK(world.executor->violations().empty());
}

TEST_CASE("the runs of an engine share its slots") {
  SimulatedWorld world(9, {3, 0});
  constexpr const char* wide = R"(
steps:
  work: {run: [work], matrix: {i: "${{ range(9) }}"}}
)";
  const RunId first = world.start(wide), second = world.start(wide);
  double most = 0, most_of_second = 0;
  REQUIRE(world.drive([&] {
    const double mine = world.engine->find(second)->used().cpu;
    most_of_second = std::max(most_of_second, mine);
    most = std::max(most, mine + world.engine->find(first)->used().cpu);
    return false;
  }));
  CHECK(world.state(first) == RunState::succeeded);
  CHECK(world.state(second) == RunState::succeeded);
  CHECK(most == 3);
  INFO("the second one had its share although the first one had work for all slots");
  CHECK(most_of_second >= 1);
}

TEST_CASE("a run that another engine has taken over is forgotten, the others go on") {
  SimulatedWorld world(10, {1, 0});
  const RunId lost = world.start(chain), kept = world.start(chain);
  {
    auto transaction = world.memory->begin_write();
    REQUIRE(transaction);
    REQUIRE(world.runs.claim(*transaction, lost, 1, "other"));
    REQUIRE(transaction->commit());
  }
  const auto refused = world.drive();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::conflict);
  CHECK(world.engine->find(lost) == nullptr);
  REQUIRE(world.drive());
  CHECK(world.state(kept) == RunState::succeeded);
}

TEST_CASE("a step that says what it reads is taken from the cache the second time") {
  SimulatedWorld world(2);
  REQUIRE(world.start(chain) == 1);
  REQUIRE(world.drive());
  const RunId second = world.start(chain);
  REQUIRE(world.drive());
  CHECK(world.states(second) == "a:succeeded b:cached c:succeeded");

  SUBCASE("but not when its source file has changed") {
    world.facts.files["b.py"] = "print(1)";
    const RunId third = world.start(chain);
    REQUIRE(world.drive());
    CHECK(world.states(third) == "a:succeeded b:succeeded c:succeeded");
  }
  SUBCASE("nor with --no-cache, nor with --refresh") {
    RunOptions options;
    SUBCASE("no-cache") { options.no_cache = true; }
    SUBCASE("refresh") { options.refresh = {"b"}; }
    const RunId third = world.start(chain, {}, options);
    REQUIRE(world.drive());
    CHECK(world.states(third) == "a:succeeded b:succeeded c:succeeded");
  }
}

TEST_CASE("a variable of the caller is a fact byte by byte, whatever it holds") {
  SimulatedWorld world(2);
  const char* text = R"(
steps:
  a: {run: [a], code: [a.py], env: {inherit: [X]}, outputs: {x: {type: any}}}
)";
  for (const char* value : {"\xB7", "\xA7", "plain"}) {
    world.facts.variables["X"] = value;
    for (const char* states : {"a:succeeded", "a:cached"}) {
      const RunId run = world.start(text);
      REQUIRE(world.drive());
      CHECK(world.states(run) == states);
    }
  }
}

TEST_CASE("a result of a source file that changed while the step ran is not kept") {
  SimulatedWorld world(3);
  world.facts.files["b.py"] = "before";
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    if (launch.task_path == "b") world.facts.files["b.py"] = "after";
    return otherwise(launch);
  };
  world.start(chain);
  REQUIRE(world.drive());
  world.facts.files["b.py"] = "before";
  const RunId second = world.start(chain);
  REQUIRE(world.drive());
  CHECK(world.state_of(second, "b") == TaskState::succeeded);
}

TEST_CASE("a failure stops what needs the step, and nothing else") {
  SimulatedWorld world(4);
  fail_task(world, "bad", 9);
  const RunId run = world.start(R"(
steps:
  bad: {run: [bad]}
  after: {run: [x], needs: [bad]}
  far: {run: [x], needs: [after]}
  other: {run: [x]}
  rescue: {run: [x], needs: [bad], trigger_rule: one_failed}
finally:
  report: {run: ["echo", "${{ run.state }}", "${{ steps.bad.state }}", "${{ steps.bad.error.cause }}"]}
)");
  std::vector<std::string> report;
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    if (launch.task_path == "report") report = std::get<0>(launch.command);
    return otherwise(launch);
  };
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::failed);
  CHECK(world.states(run) ==
        "bad:failed after:upstream_failed far:upstream_failed other:succeeded rescue:succeeded "
        "report:succeeded");
  CHECK(report == std::vector<std::string>{"echo", "failed", "failed", "exit"});
}

TEST_CASE("a failed step is tried again as its retry says") {
  SimulatedWorld world(5);
  const std::string text = R"(
steps:
  a: {run: [a], retry: {limit: 2, delay: 10s, backoff: exponential, on: [exit]}}
)";
  SUBCASE("until it succeeds") {
    fail_task(world, "a", 2);
    const Time begin = world.clock.now();
    const RunId run = world.start(text);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    CHECK(world.load(run).tasks[0].attempts == 3);
    CHECK(world.clock.now() - begin >= std::chrono::seconds(30));
  }
  SUBCASE("until the limit is reached") {
    fail_task(world, "a", 3);
    const RunId run = world.start(text);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::failed);
    CHECK(world.load(run).tasks[0].attempts == 3);
    CHECK(world.load(run).tasks[0].cause == Cause::exit);
  }
  SUBCASE("not for another cause") {
    fail_task(world, "a", 1, {Cause::timeout, "too slow", {}, {}});
    const RunId run = world.start(text);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::failed);
    CHECK(world.load(run).tasks[0].attempts == 1);
  }
}

TEST_CASE("a matrix makes a task for each combination and its results are a list in order") {
  SimulatedWorld world(6);
  std::vector<std::string> command;
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    if (launch.task_path == "collect") command = std::get<0>(launch.command);
    return otherwise(launch);
  };
  const std::string text = R"(
params:
  letters: {type: array, items: {type: string}, default: [a, b]}
steps:
  train:
    matrix: {letter: "${{ params.letters }}", number: [1, 2]}
    run: [train, "${{ matrix.letter }}", "${{ matrix.number }}"]
    outputs: {name: {type: string}}
  collect:
    run: [collect, "${{ steps.train.outputs.name }}"]
)";
  SUBCASE("all succeed") {
    const RunId run = world.start(text);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    CHECK(command ==
          std::vector<std::string>{"collect", "train[0]", "train[1]", "train[2]", "train[3]"});
  }
  SUBCASE("none at all is success") {
    JsonObject params;
    params.set("letters", JsonList{});
    const RunId run = world.start(text, params);
    REQUIRE(world.drive());
    CHECK(world.states(run) == "train:succeeded collect:succeeded");
    CHECK(command == std::vector<std::string>{"collect"});
  }
  SUBCASE("one that fails fails what needs all") {
    fail_task(world, "train[2]", 1);
    const RunId run = world.start(text);
    REQUIRE(world.drive());
    CHECK(world.states(run) ==
          "train:failed collect:upstream_failed train[0]:succeeded train[1]:succeeded "
          "train[2]:failed train[3]:succeeded");
  }
}

TEST_CASE("an item's own condition skips that item alone") {
  SimulatedWorld world(7);
  const RunId run = world.start(R"(
steps:
  train:
    matrix: {n: [1, 2, 3]}
    if: ${{ matrix.n != 2 }}
    run: [train]
  after: {run: [x], needs: [train], trigger_rule: none_failed}
)");
  REQUIRE(world.drive());
  CHECK(world.states(run) ==
        "train:succeeded after:succeeded train[0]:succeeded train[1]:skipped train[2]:succeeded");
}

TEST_CASE("max_parallel limits the items of a matrix that run at once") {
  SimulatedWorld world(8, {16, 0});
  int most = 0;
  const RunId run = world.start(R"(
steps:
  train: {matrix: {n: [1, 2, 3, 4, 5, 6, 7]}, max_parallel: 3, run: [train]}
)");
  const auto count_open = [&] {
    int open = 0;
    if (const LiveRun* live = world.engine->find(run))
      for (const auto& task : live->tasks())
        open += task.kind == TaskKind::step &&
                (task.state == TaskState::queued || task.state == TaskState::running);
    most = std::max(most, open);
    return false;
  };
  REQUIRE(world.drive(count_open));
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(most == 3);
}

TEST_CASE("a group is a closed scope with its own inputs and outputs") {
  SimulatedWorld world(9);
  std::vector<std::string> select;
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    if (launch.task_path == "select") select = std::get<0>(launch.command);
    return otherwise(launch);
  };
  const std::string text = R"(
steps:
  prepare: {run: [p], outputs: {seed: {type: integer}}}
  candidates:
    matrix: {setting: [1, 2]}
    inputs: {seed: "${{ steps.prepare.outputs.seed }}"}
    group:
      steps:
        train: {run: [t, "${{ matrix.setting }}", "${{ inputs.seed }}"], inputs: {seed: "${{ inputs.seed }}"}, outputs: {name: {type: string}}}
        evaluate: {run: [e, "${{ inputs.name }}"], inputs: {name: "${{ steps.train.outputs.name }}"}, outputs: {score: {type: number}}}
      outputs: {name: "${{ steps.train.outputs.name }}", score: "${{ steps.evaluate.outputs.score }}"}
  select: {run: [s, "${{ steps.candidates.outputs.name }}", "${{ to_json(steps.candidates.outputs.score) }}"]}
)";
  SUBCASE("that runs once an item") {
    const RunId run = world.start(text);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    CHECK(select ==
          std::vector<std::string>{"s", "candidates[0].train", "candidates[1].train", "[0.5,0.5]"});
  }
  SUBCASE("and fails when a step inside fails; a retry does only what is missing") {
    fail_task(world, "candidates[1].evaluate", 1);
    const RunId run = world.start(text);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::failed);
    CHECK(world.state_of(run, "candidates[1]") == TaskState::failed);
    CHECK(world.state_of(run, "select") == TaskState::upstream_failed);
    const std::int64_t before = world.executor->attempts_started();
    world.reopen(run);
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    CHECK(world.executor->attempts_started() == before + 2);
    CHECK(select.size() == 4);
  }
}

TEST_CASE("a run that takes longer than its timeout fails, after finally") {
  SimulatedWorld world(10);
  world.behaviour = [&](const Launch& launch) {
    const auto length = launch.task_path == "slow" ? std::chrono::hours(2) : std::chrono::hours(0);
    return SimulatedCourse{Duration(0), length, world.success_of(launch)};
  };
  const RunId run = world.start(R"(
timeout: 1h
steps:
  slow: {run: [x]}
  after: {run: [x], needs: [slow]}
finally:
  clean: {run: [x]}
)");
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::failed);
  REQUIRE(world.load(run).run.error);
  CHECK(world.load(run).run.error->cause == Cause::run_timeout);
  CHECK(world.states(run) == "slow:cancelled after:cancelled clean:succeeded");
}

TEST_CASE("a first cancel lets finally run, a second does not") {
  SimulatedWorld world(11);
  world.behaviour = [&](const Launch& launch) {
    return SimulatedCourse{Duration(0), std::chrono::hours(1), world.success_of(launch)};
  };
  const std::string text = R"(
steps:
  slow: {run: [x]}
  after: {run: [x], needs: [slow]}
finally:
  clean: {run: [x]}
)";
  const RunId run = world.start(text);
  REQUIRE(world.engine->turn());
  REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "test"));
  SUBCASE("once") {
    REQUIRE(world.drive());
    CHECK(world.states(run) == "slow:cancelled after:cancelled clean:succeeded");
  }
  SUBCASE("twice") {
    REQUIRE(world.engine->turn());
    REQUIRE(world.engine->request_cancel(run, CancelMode::kill, "test"));
    REQUIRE(world.drive());
    CHECK(world.states(run) == "slow:cancelled after:cancelled clean:cancelled");
  }
  CHECK(world.state(run) == RunState::cancelled);
}

TEST_CASE("a cancel that was recorded when no engine lived is obeyed by the next one") {
  SimulatedWorld world(17);
  world.behaviour = [&](const Launch& launch) {
    return SimulatedCourse{Duration(0), std::chrono::hours(1), world.success_of(launch)};
  };
  const RunId run = world.start("steps:\n  slow: {run: [x]}\n  after: {run: [x], needs: [slow]}\n");
  REQUIRE(world.engine->turn());
  {
    auto transaction = world.memory->begin_write();
    REQUIRE(transaction);
    REQUIRE(world.runs.request_cancel(*transaction, run, CancelMode::terminate));
    REQUIRE(transaction->commit());
  }
  world.crash();
  REQUIRE(world.drive());
  CHECK(world.states(run) == "slow:cancelled after:cancelled");
  CHECK(world.state(run) == RunState::cancelled);
}

TEST_CASE("a cancel is remembered by the engine that goes on") {
  SimulatedWorld world(18);
  world.behaviour = [&](const Launch& launch) {
    return SimulatedCourse{Duration(0), std::chrono::hours(1), world.success_of(launch)};
  };
  const RunId run = world.start("steps:\n  slow: {run: [x]}\nfinally:\n  f: {run: [y]}\n");
  REQUIRE(world.engine->turn());
  REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "test"));
  REQUIRE(world.engine->turn());
  world.crash();
  REQUIRE(world.drive());
  CHECK(world.states(run) == "slow:cancelled f:succeeded");
  CHECK(world.state(run) == RunState::cancelled);
}

TEST_CASE("equal work within a run is done once") {
  SimulatedWorld world(12);
  const RunId run = world.start(R"(
steps:
  a: {run: [same], code: [a.py], outputs: {x: {type: integer}}}
  b: {run: [same], code: [a.py], outputs: {x: {type: integer}}}
)");
  REQUIRE(world.drive());
  CHECK(world.executor->attempts_started() == 1);
  CHECK(world.states(run) == "a:succeeded b:cached");
}

TEST_CASE("an expression that cannot be evaluated fails its task with the reason") {
  SimulatedWorld world(13);
  const RunId run = world.start(R"(
params: {n: {type: integer, default: 0}}
steps:
  a: {run: ["x", "${{ 1 / params.n }}"]}
)");
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::failed);
  CHECK(world.load(run).tasks[0].cause == Cause::invalid_expression);
  CHECK(world.load(run).tasks[0].message.find("zero") != std::string::npos);
}

TEST_CASE("steps wait for their environment") {
  SimulatedWorld world(14);
  world.facts.environments_are_ready = false;
  const RunId run = world.start(R"(
environment: {python: {requirements: requirements.txt}}
steps:
  a: {run: [x], code: [a.py], outputs: {x: {type: integer}}}
  b: {run: [x]}
)");
  REQUIRE(world.engine->turn());
  CHECK(world.states(run) == "a:ready b:ready");
  world.facts.environments_are_ready = true;
  world.engine->environments_changed();
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
}

TEST_CASE("--only runs what is named and what that needs") {
  SimulatedWorld world(15);
  RunOptions options;
  options.only = {"b"};
  const RunId run = world.start(chain, {}, options);
  REQUIRE(world.drive());
  CHECK(world.states(run) == "a:succeeded b:succeeded c:skipped");
  CHECK(world.state(run) == RunState::succeeded);
}

TEST_CASE("a forecast tells what would run, hit or is unknown, and changes nothing") {
  SimulatedWorld world(16);
  const std::string text = R"(
steps:
  a: {run: [a], code: [a.py], outputs: {n: {type: integer}}}
  b: {run: [b, "${{ inputs.n }}"], inputs: {n: "${{ steps.a.outputs.n }}"}, outputs: {y: {type: integer}}}
  c: {run: [c], if: "${{ steps.b.outputs.y > 3 }}"}
)";
  const RunId run = world.start(text);
  REQUIRE(world.drive());
  const LiveRun* live = world.engine->find(run);
  REQUIRE(live);
  const auto predict = [&] {
    auto reader = world.memory->begin_read();
    REQUIRE(reader);
    RunRecord record = live->record();
    record.state = RunState::queued;
    record.started_at.reset();
    auto forecasted = forecast(live->shared_plan(), Selection(live->plan()), record, world.facts,
                               world.cache, *reader, world.clock);
    REQUIRE(forecasted);
    std::string words;
    for (const ForecastTask& task : forecasted->tasks)
      words += fmt::format("{}:{} ", task.path, to_text(task.verdict));
    return words;
  };
  CHECK(predict() == "a:hit b:hit c:run ");
  world.facts.files["a.py"] = "changed";
  CHECK(predict() == "a:run b:unknown c:unknown ");
}
