// Tasks that wait for something outside, through an engine and its store.
#include <algorithm>
#include <doctest/doctest.h>

#include "base/text.h"
#include "engine/engine.h"
#include "engine/simulated_courses.h"

using namespace gt;

namespace {

constexpr const char* file_then_load = R"(
steps:
  arrives: {wait: {file: "in/*.csv"}, timeout: 10m}
  load: {run: [load, "${{ steps.arrives.outputs.path }}"]}
)";

Look nothing(const OutsideCondition&) { return NothingFound{}; }

/// Turns, and lets time pass, until the task is in the state.
void turn_until(SimulatedWorld& world, RunId run, const std::string& task, TaskState state) {
  REQUIRE(world.engine->turn().ok());
  int turns = 0;
  REQUIRE(world.drive([&] { return ++turns > 100 || world.state_of(run, task) == state; }).ok());
  REQUIRE(world.state_of(run, task) == state);
}

/// Fills `command` with that of the last attempt.
std::shared_ptr<std::vector<std::string>> record_command(SimulatedWorld& world) {
  auto command = std::make_shared<std::vector<std::string>>();
  world.behaviour = [&world, command, otherwise = world.behaviour](const Launch& launch) {
    *command = std::get<std::vector<std::string>>(launch.command);
    return otherwise(launch);
  };
  return command;
}

std::string message_of(SimulatedWorld& world, RunId run) {
  return world.load(run).tasks[0].message;
}

/// The text without the instant since which it holds.
std::string without_time(const std::string& text) { return text.substr(0, text.find(", since ")); }

}  // namespace

TEST_CASE("what is found goes to the steps behind, and nobody looks any more") {
  SimulatedWorld world(1);
  const auto command = record_command(world);
  world.outside = [&](const OutsideCondition& condition) -> Look {
    CHECK(std::get<FilesWanted>(condition.what).glob == "in/*.csv");
    CHECK(condition.root == "/project");
    if (world.watcher->looks() < 3) return NothingFound{};
    return FilesFound{{"in/a.csv", "in/b.csv"}};
  };
  const RunId run = world.start(file_then_load);
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "arrives:succeeded load:succeeded");
  CHECK(*command == std::vector<std::string>{"load", "in/a.csv"});
  CHECK(world.load(run).tasks[0].attempts == 0);
  CHECK(world.watcher->watched() == 0);
}

TEST_CASE("what waits is watched after a crash as before, and its time goes on") {
  SimulatedWorld world(2);
  world.outside = nothing;
  const RunId run = world.start(file_then_load);
  const Time begun = world.clock.now();
  turn_until(world, run, "arrives", TaskState::deferred);
  CHECK(*world.load(run).tasks[0].next_at == begun + std::chrono::minutes(10));
  world.clock.advance(std::chrono::minutes(4));
  world.crash();
  CHECK(world.watcher->watched() == 0);
  REQUIRE(world.engine->turn().ok());
  CHECK(world.watcher->watched() == 1);
  SUBCASE("and found") {
    world.outside = all_is_there;
    REQUIRE(world.drive().ok());
    CHECK(world.states(run) == "arrives:succeeded load:succeeded");
  }
  SUBCASE("until nothing came in time") {
    REQUIRE(world.drive().ok());
    CHECK(world.states(run) == "arrives:failed load:upstream_failed");
    CHECK(world.clock.now() == begun + std::chrono::minutes(10));
    CHECK(message_of(world, run) == "it did not come within 10m00s");
  }
  CHECK(world.watcher->watched() == 0);
}

TEST_CASE("what a timeout means is the author's to say") {
  SimulatedWorld world(3);
  world.outside = nothing;
  const RunId run = world.start(R"(
steps:
  skips: {wait: {file: a}, timeout: 1m, on_timeout: skip}
  behind: {run: [x], needs: [skips]}
  succeeds: {wait: {file: b}, timeout: 1m, on_timeout: succeed}
  after: {run: [x], needs: [succeeds], if: steps.succeeds.outputs.path == null}
  fails: {wait: {file: c}, timeout: 1m}
)");
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) ==
        "skips:skipped behind:skipped succeeds:succeeded after:succeeded fails:failed");
  CHECK(world.load(run).tasks[4].cause == Cause::timeout);
}

TEST_CASE("a wait without a timeout ends with the run's") {
  SimulatedWorld world(4);
  world.outside = nothing;
  const RunId run = world.start(R"(
timeout: 1h
steps:
  arrives: {wait: {file: a}}
finally:
  last: {run: [last]}
)");
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "arrives:cancelled last:succeeded");
  CHECK(world.watcher->watched() == 0);
}

TEST_CASE("an answer counts by its status and by what when says") {
  SimulatedWorld world(5);
  std::vector<HttpAnswered> answers = {
      {503, "later", {}},
      {200, "{}", ValueObject{}},
      {200, "[]", ValueObject{{"state", Value("running")}}},
      {404, "gone", ValueObject{{"state", Value("done")}}},
      {200, "", ValueObject{{"state", Value("done")}, {"url", Value("http://b/")}}}};
  std::vector<std::string> shown;
  world.outside = [&](const OutsideCondition& condition) -> Look {
    const auto& wanted = std::get<HttpWanted>(condition.what);
    CHECK(wanted.url == "http://a/jobs/7");
    CHECK(wanted.headers ==
          std::vector<std::pair<std::string, std::string>>{{"Authorization", "Bearer hunter2"}});
    const auto look = static_cast<std::size_t>(world.watcher->looks());
    return answers.at(look - 1);
  };
  world.facts.secrets["KEY"] = "hunter2";
  world.on_commit = [&](const RunChanges& changes) {
    for (const TaskChange& change : changes.changed)
      if (change.last_look && !change.last_look->empty())
        shown.push_back(without_time(*change.last_look));
  };
  const auto command = record_command(world);
  const RunId run = world.start(R"(
params: {job: {type: integer, default: 7}}
steps:
  done:
    wait:
      http: "http://a/jobs/${{ params.job }}"
      headers: {Authorization: "Bearer ${{ secrets.KEY }}"}
      status: 200
      when: response.json.state == "done"
  use: {run: [use, "${{ steps.done.outputs.status }}", "${{ steps.done.outputs.json.url }}"]}
)");
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "done:succeeded use:succeeded");
  CHECK(*command == std::vector<std::string>{"use", "200", "http://b/"});
  REQUIRE(shown.size() == 4);
  CHECK(shown[0] == "status 503");
  CHECK(shown[1].starts_with("status 200, when: "));
  CHECK(shown[2] == "status 200, when is false");
  CHECK(shown[3] == "status 404");
  CHECK(message_of(world, run).empty());
}

TEST_CASE("looks that find the same are one record") {
  SimulatedWorld world(6);
  int commits = 0;
  world.on_commit = [&](const RunChanges&) { ++commits; };
  world.outside = [&](const OutsideCondition&) -> Look {
    if (world.watcher->looks() < 200) return HttpAnswered{503};
    return HttpAnswered{204};
  };
  const RunId run = world.start("steps:\n  ready: {wait: {http: \"http://a/\"}}\n");
  REQUIRE(world.drive([&] { return world.watcher->looks() >= 50; }).ok());
  CHECK(without_time(message_of(world, run)) == "status 503");
  world.crash();
  REQUIRE(world.drive().ok());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(commits <= 6);
}

TEST_CASE("a row counts by its first column, or by what when says") {
  SimulatedWorld world(7);
  const std::vector<RowFound> rows = {
      {},
      {ValueObject{{"n", Value()}}},
      {ValueObject{{"n", Value(0)}}},
      {ValueObject{{"n", Value("")}}},
      {ValueObject{{"n", Value(0.0)}}},
      {ValueObject{{"n", Value(2)}, {"name", Value("x")}}},
      {ValueObject{{"n", Value(9)}}},
  };
  std::map<std::string, std::size_t> looks;
  world.outside = [&](const OutsideCondition& condition) -> Look {
    return rows.at(looks[std::get<RowWanted>(condition.what).query]++);
  };
  const RunId run = world.start(R"(
steps:
  first: {wait: {sql: a, database: a.db}}
  more: {wait: {sql: b, database: a.db, when: row.n > 3}}
)");
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "first:succeeded more:succeeded");
  CHECK(looks["a"] == 6);
  CHECK(looks["b"] == 7);
  CHECK(world.load(run).results[0].outputs[0] ==
        Value(ValueObject{{"n", Value(2)}, {"name", Value("x")}}));
}

TEST_CASE("a run is looked for by its date where the waiting one was given one, else by its end") {
  SimulatedWorld world(8);
  std::vector<RunWanted> wanted;
  world.outside = [&](const OutsideCondition& condition) -> Look {
    wanted.push_back(std::get<RunWanted>(condition.what));
    return RunFound{"0f", "extract/7"};
  };
  const RunId run = world.start(R"(
steps:
  own: {wait: {run: extract}}
  dated: {wait: {run: extract, logical_date: "2026-01-01T00:00Z"}}
  since: {wait: {run: extract, since: "${{ run.logical_date }}", on_failure: fail}}
)");
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "own:succeeded dated:succeeded since:succeeded");
  REQUIRE(wanted.size() == 3);
  const RunRecord record = world.load(run).run;
  CHECK(!wanted[0].logical_date);
  CHECK(wanted[0].since == record.created_at);
  CHECK(format_time(*wanted[1].logical_date) == "2026-01-01T00:00:00.000Z");
  CHECK(!wanted[1].since);
  CHECK(wanted[2].in_any_state);
  CHECK(world.load(run).results[0].outputs ==
        std::vector<OutputValue>{Value("0f"), Value("extract/7")});
}

TEST_CASE("a run that failed fails the wait that says so") {
  SimulatedWorld world(9);
  world.outside = [](const OutsideCondition&) -> Look {
    return RunFound{"0f", "extract/7", RunState::failed};
  };
  const RunId run = world.start("steps:\n  a: {wait: {run: extract, on_failure: fail}}\n");
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "a:failed");
  CHECK(message_of(world, run) == "extract/7 is failed");
}

TEST_CASE("what cannot be looked for fails at once") {
  SimulatedWorld world(10);
  const RunId run = world.start(R"(
params:
  url: {type: string, default: "ftp://a/"}
  glob: {type: string, default: ""}
  name: {type: string, default: "no name"}
  database: {type: string, default: "postgres://db"}
steps:
  url: {wait: {http: "${{ params.url }}"}}
  glob: {wait: {file: "${{ params.glob }}"}}
  name: {wait: {run: "${{ params.name }}"}}
  database: {wait: {sql: x, database: "${{ params.database }}"}}
  secret: {wait: {http: "http://a/", headers: {A: "${{ secrets.NONE }}"}}}
)");
  REQUIRE(world.drive().ok());
  for (const TaskRecord& task : world.load(run).tasks) {
    CAPTURE(task.message);
    CHECK(task.state == TaskState::failed);
    CHECK(task.cause == Cause::invalid_expression);
  }
  CHECK(world.load(run).tasks[3].message == "database: PostgreSQL cannot be asked yet");
  CHECK(world.watcher->watched() == 0);
}

TEST_CASE("a wait in a group that is tried again is watched anew") {
  SimulatedWorld world(11);
  world.outside = [&](const OutsideCondition&) -> Look {
    if (world.clock.now() < from_microseconds(1'700'000'000'000'000) + std::chrono::minutes(15))
      return NothingFound{};
    return FilesFound{{"a"}};
  };
  const RunId run = world.start(R"(
steps:
  all:
    retry: 1
    group:
      steps:
        arrives: {wait: {file: a}, timeout: 10m}
        works: {run: [works], needs: [arrives]}
)");
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "all:succeeded all.arrives:succeeded all.works:succeeded");
}

TEST_CASE("a wait that is cleared, cancelled or marked is watched as long as it waits") {
  SimulatedWorld world(12);
  world.outside = nothing;
  const RunId run = world.start(R"(
steps:
  a: {wait: {file: a}}
  b: {wait: {file: b}}
)");
  turn_until(world, run, "b", TaskState::deferred);
  REQUIRE(world.engine->turn().ok());
  CHECK(world.watcher->watched() == 2);
  world.ask(run, ClearRequest{{"b"}, false, false, "test", MarkWish{}});
  REQUIRE(world.engine->turn().ok());
  CHECK(world.watcher->watched() == 1);
  REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "test").ok());
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "a:cancelled b:succeeded");
  CHECK(world.watcher->watched() == 0);
  world.outside = all_is_there;
  CHECK(world.ask(run, ClearRequest{{"a"}, false, false, "test"}).empty());
  REQUIRE(world.drive().ok());
  CHECK(world.states(run) == "a:succeeded b:succeeded");
}

TEST_CASE("a commit that is refused loses nothing that was found") {
  for (int at = 1; at < 8; ++at) {
    for (const Fault fault : {Fault::refused, Fault::crashed_before, Fault::crashed_after}) {
      CAPTURE(at);
      SimulatedWorld world(13);
      world.database->fail_at_commit(at, fault);
      const RunId run = world.start(file_then_load);
      if (!world.drive() || world.database->has_crashed()) {
        if (world.database->has_crashed()) world.crash();
        REQUIRE(world.drive().ok());
      }
      CHECK(world.states(run) == "arrives:succeeded load:succeeded");
      CHECK(world.watcher->watched() == 0);
    }
  }
}

TEST_CASE("thousands of waits for files are few commits") {
  SimulatedWorld world(14);
  int commits = 0;
  world.on_commit = [&](const RunChanges&) { ++commits; };
  const RunId run = world.start(R"(
steps:
  each: {matrix: {n: "${{ range(5000) }}"}, wait: {file: "in/${{ matrix.n }}.csv"}}
)");
  REQUIRE(world.drive().ok());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(commits <= 5);
}
