#include <algorithm>
#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/simulated_courses.h"

using namespace gt;

namespace {

using Paths = std::vector<std::string>;

constexpr const char* chain = R"(
steps:
  c: {run: [c], needs: b}
  a: {run: [a], code: [a.py], outputs: {x: {type: any}}}
  b: {run: [b, "${{ inputs.x }}"], inputs: {x: "${{ steps.a.outputs.x }}"}, outputs: {x: {type: any}}}
finally:
  last: {run: [last]}
)";

/// `plan` decides how many items `each` has.
constexpr const char* decided = R"(
steps:
  plan: {run: [plan], outputs: {names: {type: array}}}
  each:
    run: [each, "${{ matrix.n }}"]
    matrix: {n: "${{ steps.plan.outputs.names }}"}
    outputs: {x: {type: string}}
  after:
    run: [after, "${{ to_json(inputs.all) }}"]
    inputs: {all: "${{ steps.each.outputs.x }}"}
    cache: false
)";

ClearRequest request(Paths tasks, bool downstream = false) {
  return {std::move(tasks), downstream, false, "test"};
}

/// Its last argument is what `each` saw of its axis, and what `after` saw of them all.
struct Decided {
  explicit Decided(std::uint64_t seed) : world(seed) {
    const auto otherwise = world.behaviour;
    world.behaviour = [this, otherwise](const Launch& launch) {
      SimulatedCourse course = otherwise(launch);
      const auto& argv = std::get<std::vector<std::string>>(launch.command);
      if (launch.task_path == "plan") course.outcome = AttemptSucceeded{{Value(names)}};
      if (launch.task_path.starts_with("each"))
        course.outcome = AttemptSucceeded{{Value(argv.back())}};
      if (launch.task_path == "after") seen = argv.back();
      return course;
    };
    started = record_attempts(world);
  }

  SimulatedWorld world;
  ValueList names = {Value("p"), Value("q"), Value("r")};
  std::string seen;
  std::shared_ptr<Paths> started;
};

}  // namespace

TEST_CASE("a cleared task is executed anew, and nothing else") {
  SimulatedWorld world(71);
  const auto started = record_attempts(world);
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  CHECK(*started == Paths{"a#1", "b#1", "c#1", "last#1"});
  started->clear();
  CHECK(world.ask(run, request({"a"})).empty());
  CHECK(world.state(run) == RunState::running);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(*started == Paths{"a#2"});
  // Another run is served as ever.
  const RunId next = world.start(chain);
  REQUIRE(world.drive());
  CHECK(world.state_of(next, "a") == TaskState::cached);
}

TEST_CASE("with what follows it, which an equal result ends early") {
  SimulatedWorld world(72);
  const auto started = record_attempts(world);
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  started->clear();
  CHECK(world.ask(run, request({"a"}, true)).empty());
  REQUIRE(world.drive());
  CHECK(*started == Paths{"a#2", "c#2", "last#2"});
  CHECK(world.state_of(run, "b") == TaskState::cached);
}

TEST_CASE("who asked, and for what, stands in the run's events") {
  SimulatedWorld world(73);
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  CHECK(world.ask(run, request({"a", "c"}, true)).empty());
  REQUIRE(world.drive());
  auto reader = world.memory->begin_read();
  REQUIRE(reader);
  const auto events = world.runs.events(*reader, run);
  REQUIRE(events);
  const auto reopened = std::ranges::find(
      *events, "reopened", [](const RecordedEvent& recorded) { return recorded.event.kind; });
  REQUIRE(reopened != events->end());
  CHECK(compact_json(reopened->event.details) ==
        R"({"tasks":["a","c"],"downstream":true,"only_failed":false,"by":"test","why":"clear"})");
}

TEST_CASE("what was cleared is executed anew until it has succeeded, whatever happens between") {
  SimulatedWorld world(74);
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  fail_task(world, "a");
  CHECK(world.ask(run, request({"a"})).empty());
  world.crash();
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::failed);
  const auto started = record_attempts(world);
  world.reopen(run);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(*started == Paths{"a#3", "last#2"});
}

TEST_CASE("a failed task that is cleared leaves no earlier result behind") {
  SimulatedWorld world(75);
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  fail_task(world, "a");
  CHECK(world.ask(run, request({"a"})).empty());
  REQUIRE(world.drive());
  CHECK(world.state_of(run, "a") == TaskState::failed);
  for (const TaskResult& result : world.load(run).results) CHECK(result.task != 1);
}

TEST_CASE("tasks in groups and matrices by their paths, steps for all their tasks") {
  SimulatedWorld world(76);
  const std::string text = R"(
steps:
  job:
    matrix: {n: [1, 2]}
    group:
      steps:
        a: {run: [a]}
        b: {run: [b], needs: a, matrix: {m: [1, 2]}}
      outputs: {s: "${{ steps.a.state }}"}
  after: {run: [after], needs: job}
)";
  const auto started = record_attempts(world);
  const RunId run = world.start(text);
  REQUIRE(world.drive());
  started->clear();
  const auto clear = [&](const std::string& path, bool downstream = false) {
    started->clear();
    CHECK(world.ask(run, request({path}, downstream)).empty());
    REQUIRE(world.drive());
    CHECK(world.state(run) == RunState::succeeded);
    std::ranges::sort(*started);
    return *started;
  };
  CHECK(clear("job[1].a") == Paths{"job[1].a#2"});
  CHECK(clear("job.a") == Paths{"job[0].a#2", "job[1].a#3"});
  CHECK(clear("job[0].b[1]") == Paths{"job[0].b[1]#2"});
  CHECK(clear("job[0].b") == Paths{"job[0].b[0]#2", "job[0].b[1]#3"});
  CHECK(clear("job[0].a", true) ==
        Paths{"after#2", "job[0].a#3", "job[0].b[0]#3", "job[0].b[1]#4"});
  CHECK(clear("job[1]") == Paths{"job[1].a#4", "job[1].b[0]#2", "job[1].b[1]#2"});
  CHECK(world.ask(run, request({"jb"})) == "run pipeline/1 has no task jb");
  CHECK(world.ask(run, request({"job[7]"})) == "run pipeline/1 has no task 'job[7]'");
  CHECK(world.ask(run, ClearRequest{{"job"}, false, true, "test"}) ==
        "none of these tasks has failed");
}

TEST_CASE("a cleared step of the work is done with its setup and its teardown") {
  SimulatedWorld world(77);
  const std::string text = R"(
steps:
  up: {run: [up]}
  a: {run: [a], needs: up}
  b: {run: [b], needs: a}
  down: {run: [down], teardown: up}
)";
  const auto started = record_attempts(world);
  const RunId run = world.start(text);
  REQUIRE(world.drive());
  started->clear();
  SUBCASE("a step between") {
    CHECK(world.ask(run, request({"b"})).empty());
    REQUIRE(world.drive());
    CHECK(*started == Paths{"up#2", "b#2", "down#2"});
  }
  SUBCASE("the setup") {
    CHECK(world.ask(run, request({"up"})).empty());
    REQUIRE(world.drive());
    CHECK(*started == Paths{"up#2", "down#2"});
  }
  SUBCASE("the teardown alone") {
    CHECK(world.ask(run, request({"down"})).empty());
    REQUIRE(world.drive());
    CHECK(*started == Paths{"down#2"});
  }
}

TEST_CASE("a matrix that is decided again removes what has no place any more") {
  Decided life(78);
  SimulatedWorld& world = life.world;
  const RunId run = world.start(decided);
  REQUIRE(world.drive());
  CHECK(life.seen == R"(["p","q","r"])");
  life.started->clear();
  life.names = {Value("r"), Value("p")};
  CHECK(world.ask(run, request({"plan"}, true)).empty());
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(world.state_of(run, "each[1]") == TaskState::removed);
  CHECK(life.seen == R"(["r","p"])");
  std::ranges::sort(*life.started);
  CHECK(*life.started == Paths{"after#2", "each[0]#2", "each[2]#2", "plan#2"});
  CHECK(world.load(run).tasks[4].attempts == 1);

  // And others are added; a combination that comes back is a new task.
  life.names = {Value("p"), Value("q"), Value("s")};
  CHECK(world.ask(run, request({"plan"}, true)).empty());
  REQUIRE(world.drive());
  CHECK(life.seen == R"(["p","q","s"])");
  CHECK(world.states(run) ==
        "plan:succeeded each:succeeded after:succeeded each[0]:succeeded each[1]:removed "
        "each[2]:removed each[3]:succeeded each[4]:succeeded");

  life.names = {};
  CHECK(world.ask(run, request({"plan"}, true)).empty());
  REQUIRE(world.drive());
  CHECK(life.seen == "[]");
  CHECK(world.state(run) == RunState::succeeded);
  life.names = {Value("z")};
  CHECK(world.ask(run, request({"plan"}, true)).empty());
  world.crash();
  REQUIRE(world.drive());
  CHECK(life.seen == R"(["z"])");
}

TEST_CASE("only the deciding step is done again: its matrix stays as it was") {
  Decided life(79);
  const RunId run = life.world.start(decided);
  REQUIRE(life.world.drive());
  life.names = {};
  CHECK(life.world.ask(run, request({"plan"})).empty());
  REQUIRE(life.world.drive());
  CHECK(life.world.state_of(run, "each[2]") == TaskState::succeeded);
}

TEST_CASE("removed items count in no trigger rule") {
  Decided life(80);
  SimulatedWorld& world = life.world;
  fail_task(world, "each[1]");
  const RunId run = world.start(decided);
  REQUIRE(world.drive());
  CHECK(world.state_of(run, "after") == TaskState::upstream_failed);
  life.names = {Value("p")};
  CHECK(world.ask(run, request({"plan"}, true)).empty());
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(life.seen == R"(["p"])");
}

TEST_CASE("a step inside a group that is tried again as a whole may decide a matrix") {
  SimulatedWorld world(81);
  auto round = std::make_shared<int>(0);
  const auto otherwise = world.behaviour;
  world.behaviour = [=](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    if (launch.task_path == "job.plan") {
      ++*round;
      course.outcome = AttemptSucceeded{
          {*round == 1 ? Value(ValueList{Value("p"), Value("q")}) : Value(ValueList{Value("q")})}};
    }
    if (launch.task_path == "job.each[0]" && *round == 1)
      course.outcome = AttemptFailed{Cause::exit, "exit code 1", 1, {}};
    return course;
  };
  const RunId run = world.start(R"(
steps:
  job:
    retry: {limit: 1, whole: true}
    group:
      steps:
        plan: {run: [plan], outputs: {names: {type: array}}}
        each: {run: [each], matrix: {n: "${{ steps.plan.outputs.names }}"}}
)");
  REQUIRE(world.drive());
  CHECK(world.states(run) ==
        "job:succeeded job.plan:succeeded job.each:succeeded job.each[0]:removed "
        "job.each[1]:succeeded");
}

TEST_CASE("what follows a matrix that is not entered again goes by its items") {
  SimulatedWorld world(85);
  auto round = std::make_shared<int>(0);
  const auto otherwise = world.behaviour;
  world.behaviour = [=](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    if (launch.task_path == "first") course.outcome = AttemptSucceeded{{Value(++*round == 1)}};
    return course;
  };
  const RunId run = world.start(R"(
steps:
  first: {run: [first], outputs: {go: {type: boolean}}}
  each: {run: [each], matrix: {m: [1, 2]}, if: steps.first.outputs.go}
  after: {run: [after], needs: each}
)");
  REQUIRE(world.drive());
  CHECK(world.ask(run, request({"first"}, true)).empty());
  REQUIRE(world.drive());
  CHECK(world.states(run) ==
        "first:succeeded each:skipped after:skipped each[0]:skipped each[1]:skipped");
}

TEST_CASE("a run that is driven takes requests up, and says why it cannot") {
  SimulatedWorld world(82, {1, 0});
  const std::string text = R"(
steps:
  a: {run: [a]}
  b: {run: [b], needs: a}
  c: {run: [c], needs: b}
)";
  const auto started = record_attempts(world);
  const RunId run = world.start(text);
  REQUIRE(world.drive([&] {
    return !world.load(run).tasks.empty() && world.state_of(run, "b") == TaskState::running;
  }));
  const auto answer = [&] {
    auto writer = world.memory->begin_write();
    REQUIRE(writer);
    const auto given = world.runs.take_answer(*writer, 1);
    REQUIRE(given);
    REQUIRE(writer->commit().ok());
    return *given;
  };
  CHECK(world.ask(run, request({"a"}, true)).empty());
  CHECK_FALSE(answer());
  REQUIRE(world.engine->turn());
  CHECK(answer() == "b is running: a task is cleared when it has ended");
  CHECK(world.ask(run, request({"a"})).empty());
  SUBCASE("at once") {}
  SUBCASE("when the next engine takes over") { world.crash(); }
  SUBCASE("when a refused commit is made up for") {
    world.database->fail_at_commit(world.database->commits() + 1, Fault::refused);
    CHECK_FALSE(world.engine->turn());
    REQUIRE(world.engine->take_requests(run));
  }
  REQUIRE(world.drive());
  CHECK(answer() == "");
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(*started == Paths{"a#1", "b#1", "c#1", "a#2"});
}

TEST_CASE("a clear forgets no task that is due to be tried again and waits for a slot") {
  SimulatedWorld world(85, {1, 0});
  fail_task(world, "flaky");
  const auto otherwise = world.behaviour;
  world.behaviour = [=](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    course.until_ended = std::chrono::seconds(launch.task_path == "long" ? 60 : 1);
    return course;
  };
  const auto started = record_attempts(world);
  const RunId run = world.start(R"(
steps:
  done: {run: [done]}
  flaky: {run: [flaky], retry: {limit: 1, delay: 10s}}
  long: {run: [long], needs: done}
)");
  const Time begun = world.clock.now();
  REQUIRE(world.drive([&] { return world.clock.now() - begun > std::chrono::seconds(50); }));
  REQUIRE(world.state_of(run, "long") == TaskState::running);
  REQUIRE(world.state_of(run, "flaky") == TaskState::retry_wait);
  CHECK(world.ask(run, request({"done"})).empty());
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(*started == Paths{"done#1", "flaky#1", "long#1", "flaky#2", "done#2"});
}

TEST_CASE("a run that is the same as another gets tasks of its own, and gives its own away") {
  SimulatedWorld world(83);
  const RunId first = world.start(chain);
  REQUIRE(world.drive());
  const auto same = [&] {
    const RunRecord like = world.load(first).run;
    auto writer = world.memory->begin_write();
    REQUIRE(writer);
    NewRun wanted;
    wanted.pipeline = like.pipeline;
    wanted.plan_version = like.plan_version;
    const auto run =
        world.runs.create_same(*writer, like, wanted, world.clock.now(), world.entropy);
    REQUIRE(run);
    REQUIRE(writer->commit().ok());
    return run->id;
  };
  const RunId second = same(), third = same();
  const std::string seen = world.states(second);
  CHECK(world.states(third) == seen);
  const auto started = record_attempts(world);
  SUBCASE("the later one is cleared") {
    CHECK(world.ask(second, request({"a"})).empty());
    REQUIRE(world.drive());
    CHECK(*started == Paths{"a#1"});
    CHECK(world.states(second) == "c:cached a:succeeded b:cached last:cached");
    CHECK(world.states(first) == "c:succeeded a:succeeded b:succeeded last:succeeded");
    CHECK(world.states(third) == seen);
  }
  SUBCASE("the original is cleared") {
    fail_task(world, "a");
    CHECK(world.ask(first, request({"a"})).empty());
    REQUIRE(world.drive());
    CHECK(world.state(first) == RunState::failed);
    CHECK(world.states(second) == seen);
    CHECK(world.states(third) == seen);
    CHECK_FALSE(world.load(second).run.same_as);
    CHECK(world.load(third).run.same_as == second);
  }
}

TEST_CASE("a retry finds what was skipped before its failed upstream in the file") {
  SimulatedWorld world(84);
  const std::string text = R"(
steps:
  late: {run: [late], needs: handler}
  handler: {run: [handler], needs: work, trigger_rule: none_skipped, if: "steps.work.state == 'succeeded'"}
  work: {run: [work]}
)";
  fail_task(world, "work");
  const RunId run = world.start(text);
  REQUIRE(world.drive());
  CHECK(world.states(run) == "late:skipped handler:skipped work:failed");
  world.reopen(run);
  REQUIRE(world.drive());
  CHECK(world.states(run) == "late:succeeded handler:succeeded work:succeeded");
}
