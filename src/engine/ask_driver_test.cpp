// What is asked of a run while engines come and go.
#include "engine/ask_driver.h"

#include <doctest/doctest.h>

#include "engine/change_run.h"
#include "engine/simulated_world.h"

using namespace gt;

namespace {

const DriverRequest yes = ApprovalRequest{.task = "release",
                                          .decision = ApprovalDecision::approve,
                                          .values = {},
                                          .comment = "",
                                          .by = "anna"};

/// A run that waits for a decision, and whose engine is gone.
struct LeftRun {
  LeftRun() : world(1), id(world.start("steps: {release: {approve: {message: Deploy it?}}}")) {
    do REQUIRE(world.engine->turn().ok());
    while (world.state_of(id, "release") != TaskState::deferred);
  }

  RunRecord record() { return world.load(id).run; }

  bool change_it() {
    const RunRecord before = record();
    const auto plan = world.engine->find(id)->shared_plan();
    auto writer = world.memory->begin_write();
    REQUIRE(writer.ok());
    const auto changed = change_run(*world.memory, *writer, world.runs, before, plan,
                                    Selection(*plan), yes, "", world.clock.now());
    REQUIRE(changed.ok());
    REQUIRE(writer->commit().ok());
    return *changed;
  }

  bool ask(std::function<void()> asked = [] {}) {
    const AskParts parts{.database = *world.memory,
                         .runs = world.runs,
                         .clock = world.clock,
                         .entropy = world.entropy,
                         .asked = std::move(asked)};
    const auto heard = ask_driver(parts, record(), yes);
    REQUIRE(heard.ok());
    return *heard;
  }

  SimulatedWorld world;
  RunId id;
};

}  // namespace

TEST_CASE("a run that an engine drives is not taken from it to change it") {
  LeftRun run;
  const RunRecord before = run.record();
  {
    const auto presence = run.world.memory->enter(before.owner_engine);
    REQUIRE(presence.ok());
    CHECK_FALSE(run.change_it());
    CHECK(run.record().owner_engine == before.owner_engine);
    CHECK(run.record().fence == before.fence);
    CHECK(run.world.state_of(run.id, "release") == TaskState::deferred);
  }
  CHECK(run.change_it());
  CHECK(run.record().owner_engine.empty());
  CHECK(run.world.state_of(run.id, "release") == TaskState::succeeded);
}

TEST_CASE("what nobody heard is not obeyed by who comes later") {
  LeftRun run;
  CHECK_FALSE(run.ask());
  auto reader = run.world.memory->begin_read();
  REQUIRE(reader.ok());
  const auto open = run.world.runs.open_requests(*reader, run.id);
  REQUIRE(open.ok());
  CHECK(open->empty());
}

TEST_CASE("an engine that comes between the question and the look for it hears it") {
  LeftRun run;
  std::unique_ptr<Presence> presence;
  const bool heard = run.ask([&] {
    run.world.crash();
    presence = *run.world.memory->enter(run.record().owner_engine);
    REQUIRE(run.world.engine->turn().ok());
  });
  CHECK(heard);
  CHECK(run.world.state_of(run.id, "release") == TaskState::succeeded);
}

TEST_CASE("a question that another one's change has swept away is not taken for done") {
  LeftRun run;
  CHECK_FALSE(run.ask([&] { CHECK(run.change_it()); }));
}
