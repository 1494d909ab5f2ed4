#include "engine/repeatable.h"

#include <doctest/doctest.h>

#include "engine/simulated_world.h"

using namespace gt;

namespace {

struct Fixture {
  SimulatedWorld world{5};
  RunId run = 0;

  /// Of the last of two runs, so that everything that can be cached is.
  std::optional<KeptResults> results(const std::string& text, RunOptions options = {}) {
    world.start(text);
    REQUIRE(world.drive());
    run = world.start(text, {}, std::move(options));
    REQUIRE(world.drive());
    return repeatable_results(*world.engine->find(run));
  }
  bool keeps_all() { return world.engine->keeps_all_results(run); }
};

constexpr const char* two_steps = R"(
steps:
  a: {run: [a], outputs: {x: {path: x}}, code: [a.py]}
  b: {run: [b, "${{ inputs.x }}"], inputs: {x: "${{ steps.a.outputs.x }}"}, outputs: {y: {type: integer}}, code: [b.py]}
)";

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a run with a result for each task can be repeated") {
  const auto kept = results(two_steps);
  REQUIRE(kept);
  CHECK(kept->tasks == 2);
  CHECK(kept->artifacts.size() == 1);
  CHECK(keeps_all());
}

TEST_CASE_FIXTURE(Fixture,
                  "items of a matrix and steps of a group count, their containers do not") {
  const auto kept = results(R"(
steps:
  all:
    matrix: {i: [1, 2]}
    group:
      steps:
        one: {run: [one, "${{ matrix.i }}"], outputs: {x: {path: x}}, code: [a.py]}
      outputs: {x: "${{ steps.one.outputs.x }}"}
)");
  REQUIRE(kept);
  CHECK(kept->tasks == 2);
}

TEST_CASE_FIXTURE(Fixture,
                  "a step that runs every time keeps the engine from saying that all is kept") {
  (void)results("steps: {a: {run: [a]}}");
  CHECK_FALSE(keeps_all());
}

TEST_CASE_FIXTURE(Fixture, "what sees the run, or how a step ended, is another time another") {
  const char* see = nullptr;
  SUBCASE("by a command") { see = R"(run: [a, "${{ run.id }}"])"; }
  SUBCASE("by a condition") { see = R"(run: [a], if: "${{ run.number > 0 }}")"; }
  SUBCASE("by a variable") { see = R"(run: [a], env: {DAY: "${{ run.logical_date }}"})"; }
  SUBCASE("by another step's state") { see = R"(run: [a, "${{ steps.z.state }}"])"; }
  CHECK_FALSE(results(std::string("steps:\n  z: {run: [z], outputs: {x: {path: x}}, code: [z.py]}\n"
                                  "  a: {outputs: {x: {path: x}}, code: [a.py], ") +
                      see + "}\n"));
}

TEST_CASE_FIXTURE(
    Fixture, "a result that expires, and a step that was asked for anew, are no lasting ones") {
  CHECK_FALSE(results(
      "steps: {a: {run: [a], outputs: {x: {path: x}}, code: [a.py], cache: {expires: 1d}}}"));
  RunOptions anew;
  anew.refresh = {"a"};
  CHECK_FALSE(results(two_steps, anew));
}

TEST_CASE_FIXTURE(Fixture, "a run that another engine began is nobody's to answer for") {
  bool has_begun = false;
  world.on_commit = [&](const RunChanges& changes) { has_begun |= !changes.opened.empty(); };
  run = world.start(two_steps);
  REQUIRE(world.drive([&] { return has_begun; }));
  world.crash();
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK_FALSE(keeps_all());
}
