// Connections and variables of the project in the steps of a simulated world.
#include <doctest/doctest.h>

#include "engine/asked_facts.h"
#include "engine/outside_answers.h"
#include "engine/simulated_world.h"

using namespace gt;

namespace {

constexpr const char* pipeline = R"(
steps:
  load:
    connections: [db]
    env: {LEVEL: "${{ variables.level }}"}
    run: [load, "${{ connections.db.host }}"]
    outputs: {rows: {path: rows}}
    code: [load.py]
)";

/// Keeps the launches of all tasks.
struct World : SimulatedWorld {
  explicit World(Capacity slots = {4, 0}) : SimulatedWorld(3, slots) {
    Connection db{.kind = "pg"};
    db.host = "h";
    db.user = "ann";
    db.password = "hunter2";
    facts.connections.emplace("db", std::move(db));
    facts.project_variables.emplace("level", Value("info"));
    behaviour = [this, otherwise = behaviour](const Launch& launch) {
      launches.push_back(launch);
      if (on_launch) on_launch(launch);
      return otherwise(launch);
    };
  }

  std::string variable(const std::string& name) const {
    std::string found = "unset";
    for (const auto& [key, value] : launches.back().variables)
      if (key == name) found = value;
    return found;
  }
  std::string run_again(const char* text = pipeline) {
    const RunId run = start(text);
    REQUIRE(drive());
    return states(run);
  }
  std::string failure(RunId run, std::size_t task = 0) {
    const auto& tasks = load(run).tasks;
    REQUIRE(tasks.size() > task);
    return tasks[task].message;
  }

  std::vector<Launch> launches;
  std::function<void(const Launch&)> on_launch;
};

}  // namespace

TEST_CASE("a step finds its connections and variables, and their secrets are masked") {
  World world;
  CHECK(world.run_again() == "load:succeeded");
  const Launch& launch = world.launches.back();
  CHECK(world.variable("GEARTRAIN_CONNECTION_DB") == "pg://ann:hunter2@h");
  CHECK(world.variable("AIRFLOW_CONN_DB") == "pg://ann:hunter2@h");
  CHECK(world.variable("LEVEL") == "info");
  CHECK(std::get<0>(launch.command) == std::vector<std::string>{"load", "h"});
  CHECK(launch.masks == std::vector<std::string>{"hunter2", "pg://ann:hunter2@h"});
}

TEST_CASE("what is readable is a fact, and a password is none") {
  World world;
  CHECK(world.run_again() == "load:succeeded");
  CHECK(world.run_again() == "load:cached");
  world.facts.connections["db"].password = "another";
  CHECK(world.run_again() == "load:cached");
  world.facts.connections["db"].path = "sales";
  CHECK(world.run_again() == "load:succeeded");
  world.facts.project_variables["level"] = Value("debug");
  CHECK(world.run_again() == "load:succeeded");
  world.facts.project_variables["level"] = Value(Secret{"variables.level", "x"});
  CHECK(world.run_again() == "load:succeeded");
  world.facts.project_variables["level"] = Value(Secret{"variables.level", "y"});
  CHECK(world.run_again() == "load:cached");
}

TEST_CASE("what nobody set fails the step before it starts") {
  World world;
  SUBCASE("a connection") { world.facts.connections.clear(); }
  SUBCASE("a variable") { world.facts.project_variables.clear(); }
  CHECK(world.run_again() == "load:failed");
  CHECK(world.launches.empty());
}

TEST_CASE("a step that is never cached fails alike, with the way to mend it") {
  World world;
  world.facts.connections.clear();
  const RunId run = world.start("steps: {act: {run: [act], connections: db}}");
  REQUIRE(world.drive());
  CHECK(world.states(run) == "act:failed");
  CHECK(world.failure(run) == "connections: there is no connection db");
  CHECK(world.launches.empty());
}

TEST_CASE("a result of values that changed after its key was made is not kept") {
  // The first one has the only slot while the second one has its key already.
  constexpr const char* two = R"(
steps:
  first: {run: [first]}
  load:
    run: [load, "${{ variables.level }}"]
    outputs: {rows: {path: rows}}
    code: [load.py]
)";
  World world({1, 0});
  world.on_launch = [&](const Launch& launch) {
    if (launch.task_path == "first") world.facts.project_variables["level"] = Value("debug");
  };
  CHECK(world.run_again(two) == "first:succeeded load:succeeded");
  CHECK(std::get<0>(world.launches.back().command)[1] == "debug");
  world.on_launch = nullptr;
  world.facts.project_variables["level"] = Value("info");
  CHECK(world.run_again(two) == "first:succeeded load:succeeded");
  CHECK(world.run_again(two) == "first:succeeded load:cached");
}

TEST_CASE("a part of a connection can stand in a command") {
  World world;
  CHECK(world.run_again("steps: {a: {run: [a, \"${{ connections.db.password }}\"]}}") ==
        "a:succeeded");
  CHECK(std::get<0>(world.launches.back().command)[1] == "hunter2");
}

TEST_CASE("one launch is told of one state of a connection") {
  World world;
  int asked = 0;
  struct Counting final : StepFacts {
    Counting(SimulatedFacts& under, int& times) : facts(under), count(times) {}
    Result<std::shared_ptr<const SourceSet>> source(
        const std::vector<std::string>* globs) override {
      return facts.source(globs);
    }
    Result<std::vector<std::string>> changed_since(const SourceSet& set) override {
      return facts.changed_since(set);
    }
    Result<std::variant<EnvironmentFacts, EnvironmentPending>> environment(
        const std::optional<PythonEnvironment>& python, const std::string& argv0) override {
      return facts.environment(python, argv0);
    }
    Result<std::optional<EnvironmentFacts>> environment_if_made(
        const std::optional<PythonEnvironment>& python, const std::string& argv0) override {
      return facts.environment_if_made(python, argv0);
    }
    Result<Secret> secret(std::string_view name) override { return facts.secret(name); }
    Result<Connection> connection(std::string_view name) override {
      ++count;
      return facts.connection(name);
    }
    Result<Value> project_variable(std::string_view name) override {
      return facts.project_variable(name);
    }
    std::optional<std::string> inherited_variable(const std::string& name) override {
      return facts.inherited_variable(name);
    }
    SimulatedFacts& facts;
    int& count;
  };
  Counting counting(world.facts, asked);
  std::vector<std::string> masks;
  OutsideAnswers answers(counting, masks);
  const OutsideSource source = answers.source();
  CHECK(source.connection("db").ok());
  CHECK(source.connection("db").ok());
  CHECK(answers.uri_of("db").ok());
  CHECK(asked == 1);
}

TEST_CASE("facts that were asked of the outside are asked again") {
  World world;
  AskedFacts facts(world.facts);
  REQUIRE(facts.connection("db").ok());
  REQUIRE(facts.project_variable("level").ok());
  CHECK(still_hold(world.facts, facts.asked()));
  world.facts.connections["db"].password = "another";
  CHECK(still_hold(world.facts, facts.asked()));
  SUBCASE("another host") { world.facts.connections["db"].host = "other"; }
  SUBCASE("another value") { world.facts.project_variables["level"] = Value(5); }
  SUBCASE("no connection any more") { world.facts.connections.clear(); }
  CHECK_FALSE(still_hold(world.facts, facts.asked()));
}
