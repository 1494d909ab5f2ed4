#include "engine/asked_facts.h"

#include <doctest/doctest.h>

#include "engine/simulated_world.h"

using namespace gt;

namespace {

struct Fixture {
  SimulatedFacts world;
  AskedFacts facts{world};
  std::vector<std::string> globs{"a.py"};

  Fixture() {
    world.files = {{"a.py", "1"}, {"b.py", "2"}};
    world.variables = {{"MODE", "fast"}};
  }
  void ask() {
    CHECK(facts.source(&globs).ok());
    CHECK(facts.environment(std::nullopt, "bash").ok());
    CHECK(facts.environment(PythonEnvironment{.requirements = "r.txt"}, "").ok());
    CHECK(facts.inherited_variable("MODE") == "fast");
    CHECK_FALSE(facts.inherited_variable("OTHER"));
  }
  bool hold() { return still_hold(world, facts.asked()); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "each question is remembered once, and asked again in the same words") {
  ask();
  ask();
  CHECK(facts.asked().size() == 5);
  CHECK(hold());
}

TEST_CASE_FIXTURE(Fixture, "another answer is noticed, whatever was asked") {
  ask();
  SUBCASE("a source file") { world.files["a.py"] = "3"; }
  SUBCASE("a variable") { world.variables["MODE"] = "slow"; }
  SUBCASE("a variable that is not set any more") { world.variables.clear(); }
  SUBCASE("a variable that was not set") { world.variables["OTHER"] = ""; }
  SUBCASE("an environment that is not there any more") { world.environments_are_ready = false; }
  CHECK_FALSE(hold());
}

TEST_CASE_FIXTURE(Fixture, "what nobody asked for may change") {
  ask();
  world.files["b.py"] = "3";
  world.variables["NEW"] = "1";
  CHECK(hold());
}

TEST_CASE_FIXTURE(Fixture, "the whole snapshot is another question than no files") {
  CHECK(facts.source(nullptr).ok());
  CHECK(hold());
  world.files["c.py"] = "new";
  CHECK_FALSE(hold());
}

TEST_CASE_FIXTURE(Fixture, "a question that nobody understands has no answer") {
  CHECK_FALSE(still_hold(world, std::vector<AskedFact>{{"{\"weather\":\"rain\"}", Digest()}}));
  CHECK_FALSE(still_hold(world, std::vector<AskedFact>{{"no json", Digest()}}));
}
