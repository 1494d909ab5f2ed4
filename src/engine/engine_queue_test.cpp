#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/simulated_world.h"
#include "run/run_pauses.h"

using namespace gt;

namespace {

constexpr const char* one_at_a_time = R"(
max_active: 1
steps:
  a: {run: [a]}
  b: {run: [b], needs: [a]}
)";

bool goes_on(SimulatedWorld& world, RunId run) { return world.state(run) == RunState::running; }

}  // namespace

TEST_CASE(
    "runs of a pipeline with max_active: 1 go on one after the other, as they were recorded") {
  SimulatedWorld world(1);
  const std::vector<RunId> runs = {world.start(one_at_a_time), world.start(one_at_a_time),
                                   world.start(one_at_a_time)};
  REQUIRE(world.drive([&] {
    CHECK(std::ranges::count_if(runs, [&](RunId run) { return goes_on(world, run); }) <= 1);
    return false;
  }));
  for (const RunId run : runs) CHECK(world.states(run) == "a:succeeded b:succeeded");
  CHECK(*world.load(runs[0]).run.ended_at <= *world.load(runs[1]).run.started_at);
  CHECK(*world.load(runs[1]).run.ended_at <= *world.load(runs[2]).run.started_at);
}

TEST_CASE("two runs go on at once where two may") {
  SimulatedWorld world(2);
  const std::string two = std::string(one_at_a_time).replace(13, 1, "2");
  const std::vector<RunId> runs = {world.start(two), world.start(two), world.start(two)};
  std::ptrdiff_t most = 0;
  REQUIRE(world.drive([&] {
    most =
        std::max(most, std::ranges::count_if(runs, [&](RunId run) { return goes_on(world, run); }));
    return false;
  }));
  CHECK(most == 2);
  for (const RunId run : runs) CHECK(world.state(run) == RunState::succeeded);
}

TEST_CASE("a run that waits for another one goes on after a crash of its engine") {
  SimulatedWorld world(3);
  const RunId first = world.start(one_at_a_time), second = world.start(one_at_a_time);
  REQUIRE(world.drive([&] { return goes_on(world, first); }));
  CHECK(world.state(second) == RunState::queued);
  world.crash();
  CHECK(world.state(second) == RunState::queued);
  REQUIRE(world.drive());
  CHECK(world.state(second) == RunState::succeeded);
  CHECK(*world.load(first).run.ended_at <= *world.load(second).run.started_at);
}

TEST_CASE("a run that waits for another one can be cancelled") {
  SimulatedWorld world(4);
  const RunId first = world.start(one_at_a_time), second = world.start(one_at_a_time);
  REQUIRE(world.drive([&] { return goes_on(world, first); }));
  REQUIRE(world.engine->request_cancel(second, CancelMode::terminate, "somebody"));
  REQUIRE(world.drive());
  CHECK(world.state(first) == RunState::succeeded);
  CHECK(world.states(second) == "a:cancelled b:cancelled");
}

namespace {

constexpr const char* chain = R"(
steps:
  a: {run: [a]}
  b: {run: [b], needs: [a]}
finally:
  last: {run: [last]}
)";

void pause(SimulatedWorld& world, RunId run) {
  const RunRecord record = world.load(run).run;
  {
    auto writer = world.memory->begin_write();
    REQUIRE(writer);
    REQUIRE(RunPauses().pause(*writer, record, {"somebody", world.clock.now()}));
    REQUIRE(writer->commit());
  }
  REQUIRE(world.engine->take_requests(run));
}

void resume(SimulatedWorld& world, RunId run) {
  {
    auto writer = world.memory->begin_write();
    REQUIRE(writer);
    const auto was_paused = RunPauses().resume(*writer, run, "somebody", world.clock.now());
    REQUIRE(was_paused);
    CHECK(*was_paused);
    REQUIRE(writer->commit());
  }
  REQUIRE(world.engine->take_requests(run));
}

/// Until nothing more would happen by itself.
void drive_until_quiet(SimulatedWorld& world) {
  for (;;) {
    REQUIRE(world.engine->turn());
    std::optional<Time> next = world.engine->next_turn();
    if (const auto event = world.executor->next_event())
      next = std::min(next.value_or(*event), *event);
    if (!next) return;
    if (*next > world.clock.now()) world.clock.advance(*next - world.clock.now());
  }
}

std::vector<std::string> event_kinds(SimulatedWorld& world, RunId run) {
  auto reader = world.memory->begin_read();
  REQUIRE(reader);
  const auto events = world.runs.events(*reader, run);
  REQUIRE(events);
  std::vector<std::string> kinds;
  for (const RecordedEvent& one : *events) kinds.push_back(one.event.kind);
  return kinds;
}

}  // namespace

TEST_CASE("of a paused run what runs ends, and nothing new starts until it is resumed") {
  SimulatedWorld world(5);
  const RunId run = world.start(chain);
  REQUIRE(world.drive(
      [&] { return goes_on(world, run) && world.state_of(run, "a") == TaskState::running; }));
  pause(world, run);
  drive_until_quiet(world);
  CHECK(world.states(run) == "a:succeeded b:ready last:waiting");
  CHECK(world.state(run) == RunState::paused);
  resume(world, run);
  CHECK(world.state(run) == RunState::running);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(event_kinds(world, run) ==
        std::vector<std::string>{"run_started", "paused", "resumed", "run_ended"});
}

TEST_CASE("a paused run stays paused when its engine is gone") {
  SimulatedWorld world(6);
  const RunId run = world.start(chain);
  REQUIRE(world.drive(
      [&] { return goes_on(world, run) && world.state_of(run, "a") == TaskState::running; }));
  pause(world, run);
  world.crash();
  drive_until_quiet(world);
  CHECK(world.states(run) == "a:succeeded b:ready last:waiting");
  resume(world, run);
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
}

TEST_CASE("a paused run that is cancelled comes to its end, with `finally`") {
  SimulatedWorld world(7);
  const RunId run = world.start(chain);
  REQUIRE(world.drive(
      [&] { return goes_on(world, run) && world.state_of(run, "a") == TaskState::running; }));
  pause(world, run);
  drive_until_quiet(world);
  REQUIRE(world.engine->request_cancel(run, CancelMode::terminate, "somebody"));
  REQUIRE(world.engine->take_requests(run));
  REQUIRE(world.drive());
  CHECK(world.states(run) == "a:succeeded b:cancelled last:succeeded");
  CHECK(world.state(run) == RunState::cancelled);
  auto reader = world.memory->begin_read();
  CHECK_FALSE(RunPauses().find(*reader, run)->has_value());
}

TEST_CASE("a run that is paused while it waits for a place lets later ones go first") {
  SimulatedWorld world(8);
  const std::vector<RunId> runs = {world.start(one_at_a_time), world.start(one_at_a_time),
                                   world.start(one_at_a_time)};
  REQUIRE(world.drive([&] { return goes_on(world, runs[0]); }));
  pause(world, runs[1]);
  CHECK(world.state(runs[1]) == RunState::paused);
  drive_until_quiet(world);
  CHECK(world.state(runs[2]) == RunState::succeeded);
  CHECK(world.state(runs[1]) == RunState::paused);
  CHECK_FALSE(world.load(runs[1]).run.started_at);
  resume(world, runs[1]);
  REQUIRE(world.drive());
  CHECK(world.state(runs[1]) == RunState::succeeded);
}

TEST_CASE("a run that has ended cannot be paused, and one that is not paused not be resumed") {
  SimulatedWorld world(9);
  const RunId run = world.start(chain);
  REQUIRE(world.drive());
  const RunRecord record = world.load(run).run;
  auto writer = world.memory->begin_write();
  const auto paused = RunPauses().pause(*writer, record, {"somebody", {}});
  REQUIRE_FALSE(paused);
  CHECK(paused.error().code == Errc::conflict);
  CHECK_FALSE(*RunPauses().resume(*writer, run, "somebody", {}));
}

TEST_CASE("a run that has not ended at its deadline is late, once, also across a crash") {
  SimulatedWorld world(10);
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    course.until_ended = std::chrono::hours(2);
    return course;
  };
  const RunId run = world.start(std::string("deadline: 1h\n") + chain);
  const Time begun = world.clock.now();
  REQUIRE(world.drive([&] { return world.load(run).deadline_missed_at.has_value(); }));
  CHECK(*world.load(run).deadline_missed_at == begun + std::chrono::hours(1));
  CHECK(world.state(run) == RunState::running);
  world.crash();
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  CHECK(event_kinds(world, run) ==
        std::vector<std::string>{"run_started", "deadline_missed", "run_ended"});
}

TEST_CASE("a run that ends in time is not late") {
  SimulatedWorld world(11);
  const RunId run = world.start(std::string("deadline: 10d\n") + chain);
  REQUIRE(world.drive());
  CHECK(event_kinds(world, run) == std::vector<std::string>{"run_started", "run_ended"});
}

TEST_CASE("a run that waits for a place is late, too, and starts later, also after a crash") {
  SimulatedWorld world(12);
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    course.until_ended = std::chrono::hours(2);
    return course;
  };
  const std::string text = std::string("deadline: 1h\n") + one_at_a_time;
  const RunId first = world.start(text), second = world.start(text);
  REQUIRE(world.drive([&] { return world.load(second).deadline_missed_at.has_value(); }));
  CHECK(world.state(first) == RunState::running);
  CHECK(world.state(second) == RunState::queued);
  world.crash();
  REQUIRE(world.drive());
  CHECK(world.state(second) == RunState::succeeded);
  CHECK(*world.load(first).run.ended_at <= *world.load(second).run.started_at);
  CHECK(event_kinds(world, second) ==
        std::vector<std::string>{"deadline_missed", "run_started", "run_ended"});
}

TEST_CASE("a task that has not ended at its deadline is late, once, also across a crash") {
  SimulatedWorld world(13);
  const auto otherwise = world.behaviour;
  world.behaviour = [&](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    course.until_ended = std::chrono::hours(2);
    return course;
  };
  std::vector<RunNotice> notices;
  world.on_commit = [&](const RunChanges& changes) {
    notices.insert(notices.end(), changes.notices.begin(), changes.notices.end());
  };
  const RunId run = world.start(
      "steps:\n  in_time: {run: x, deadline: 3h}\n  late: {run: x, deadline: 1h}\n"
      "  items: {run: x, matrix: {i: [1, 2]}, deadline: 90m}\n");
  const Time begun = world.clock.now();
  REQUIRE(world.drive([&] { return world.load(run).late_tasks.size() == 2; }));
  world.crash();
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::succeeded);
  const LoadedRun ended = world.load(run);
  CHECK_FALSE(ended.deadline_missed_at);
  REQUIRE(ended.late_tasks.size() == 2);
  CHECK(ended.late_tasks.at(1) == begun + std::chrono::hours(1));
  CHECK(ended.late_tasks.at(2) == begun + std::chrono::minutes(90));
  CHECK(event_kinds(world, run) ==
        std::vector<std::string>{"run_started", "deadline_missed", "deadline_missed", "run_ended"});
  REQUIRE(notices.size() == 3);
  CHECK(notices[0].task == "late");
  CHECK(notices[1].task == "items");
  CHECK(notices[2].kind == NotificationKind::succeeded);
}

TEST_CASE("of a failed run the task is told that failed by itself") {
  SimulatedWorld world(14);
  world.behaviour = [&](const Launch&) {
    return SimulatedCourse{.until_ended = std::chrono::seconds(1),
                           .outcome = AttemptFailed{Cause::exit, "exit code 3", 3, {}}};
  };
  std::vector<RunNotice> notices;
  world.on_commit = [&](const RunChanges& changes) {
    notices.insert(notices.end(), changes.notices.begin(), changes.notices.end());
  };
  const RunId run = world.start(
      "steps:\n  outer: {group: {steps: {train: {run: x}}}}\n  after: {run: x, needs: outer}\n");
  REQUIRE(world.drive());
  CHECK(world.state(run) == RunState::failed);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].kind == NotificationKind::failed);
  CHECK(notices[0].task == "outer.train");
  CHECK(notices[0].error == "exit code 3");
}
