#include "engine/fire_event.h"

#include <doctest/doctest.h>

#include "db/faulty_database.h"
#include "engine/trigger_world.h"
#include "run/paused_pipelines.h"

namespace gt {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Time noon = TriggerWorld::noon;

/// Beside runs of `load`.
struct World : TriggerWorld {
  explicit World(const std::string& trigger) : TriggerWorld("report", trigger) {}

  Result<FiredRunEnds> look_by(Database& by, std::int64_t from) {
    return fire_run_ends(
        parts(by), watched(), from,
        [&](const RunRecord& ended) -> Result<std::optional<NewRun>> {
          if (ended.number == refused) return error(Errc::invalid, "no such month");
          if (ended.number == unwanted) return std::optional<NewRun>();
          return std::optional(new_run("report"));
        },
        keep, clock.now());
  }
  Fired look() {
    auto fired = look_by(*database, heard);
    REQUIRE_MESSAGE(fired.ok(), fired.error().message);
    heard = fired->heard;
    return std::move(fired->fired);
  }
  FiredEvent tell(const std::string& event) {
    auto fired =
        fire_event(parts(*database), watched(),
                   {.name = event, .cause = {{"webhook", event}}, .run = new_run("report")}, keep,
                   clock.now());
    REQUIRE_MESSAGE(fired.ok(), fired.error().message);
    return *std::move(fired);
  }
  /// A run of `load` of this day that ends at once.
  RunRecord load(int day, RunState state = RunState::succeeded) {
    auto writer = *database->begin_write();
    NewRun wanted = new_run("load");
    wanted.logical_date = noon + hours(24 * day);
    wanted.interval = DataInterval{noon, noon + hours(24 * day)};
    RunRecord run = *runs.create(writer, wanted, clock.now(), entropy);
    REQUIRE(writer.commit().ok());
    end(run, state);
    return run;
  }
  void end(const RunRecord& run, RunState state) {
    auto writer = *database->begin_write();
    RunChanges changes;
    changes.run = RunStateChange{.state = state,
                                 .started_at = {},
                                 .ended_at = clock.now(),
                                 .error = {},
                                 .reopened = false,
                                 .cancel = {}};
    REQUIRE(runs.commit(writer, run.id, run.fence, changes).ok());
    REQUIRE(writer.commit().ok());
  }
  std::int64_t heard = 0;
  std::int64_t refused = 0, unwanted = 0;  ///< numbers of runs of `load`
};

TEST_CASE("a run fires that ends after it was first waited for, and gives its day on") {
  World world("pipeline: load");
  world.load(1);
  CHECK(world.look().runs.empty());
  world.load(2);
  world.load(3, RunState::failed);
  const Fired fired = world.look();
  REQUIRE(fired.runs.size() == 1);
  CHECK(fired.runs[0].logical_date == noon + hours(48));
  CHECK(fired.runs[0].interval == DataInterval{noon, noon + hours(48)});
  CHECK(fired.runs[0].trigger == "t");
  CHECK(world.look().runs.empty());
  const auto recorded = world.recorded();
  REQUIRE(recorded.size() == 1);
  CHECK(recorded[0].cause == JsonObject{{"run", "load/2"}, {"state", "succeeded"}});
}

TEST_CASE("ends that nobody was there for fire later, once each, in their order") {
  World world("pipeline: load, states: [succeeded, failed, cancelled]");
  world.look();
  for (int day = 1; day <= 5; ++day)
    world.load(day, day % 2 == 0 ? RunState::failed : RunState::succeeded);
  world.heard = 0;  // another server
  const Fired fired = world.look();
  REQUIRE(fired.runs.size() == 5);
  for (int day = 1; day <= 5; ++day)
    CHECK(fired.runs[static_cast<std::size_t>(day - 1)].logical_date == noon + hours(24 * day));
  world.heard = 0;
  CHECK(world.look().runs.empty());
  CHECK_MESSAGE(world.recorded().size() == 5, "firings of one instant are apart");
}

TEST_CASE("an event of a paused pipeline is on record as skipped") {
  World world("pipeline: load");
  world.look();
  {
    auto writer = *world.database->begin_write();
    REQUIRE(PausedPipelines().pause(writer, {"report", "somebody", noon}).ok());
    REQUIRE(writer.commit().ok());
  }
  world.load(1);
  CHECK(world.look().runs.empty());
  {
    auto writer = *world.database->begin_write();
    REQUIRE(PausedPipelines().resume(writer, "report").ok());
    REQUIRE(writer.commit().ok());
  }
  CHECK(world.look().runs.empty());
  REQUIRE(world.recorded().size() == 1);
  CHECK(world.recorded()[0].outcome == FiringOutcome::skipped);
  CHECK(world.recorded()[0].reason == "the pipeline is paused");
  world.load(2);
  CHECK(world.look().runs.size() == 1);
}

TEST_CASE("of two servers that heard the same, one begins the run") {
  World world("pipeline: load");
  world.look();
  world.load(1);
  auto first = world.look_by(*world.database, 0);
  auto second = world.look_by(*world.database, 0);
  CHECK(first->fired.runs.size() + second->fired.runs.size() == 1);
}

TEST_CASE("a commit that fails decides nothing") {
  World world("pipeline: load");
  world.look();
  world.load(1);
  FaultyDatabase faulty(*world.database);
  faulty.fail_at_commit(1, Fault::refused);
  CHECK_FALSE(world.look_by(faulty, 0).ok());
  CHECK(world.look().runs.size() == 1);
}

TEST_CASE("a run that is opened again fires again when it ends") {
  World world("pipeline: load, states: [succeeded, failed]");
  world.look();
  const RunRecord run = world.load(1, RunState::failed);
  CHECK(world.look().runs.size() == 1);
  world.end(run, RunState::succeeded);
  CHECK(world.look().runs.size() == 1);
}

TEST_CASE("what the trigger does not want leaves no trace, and what cannot be says why") {
  World world("pipeline: load");
  world.look();
  world.unwanted = 1;
  world.refused = 2;
  world.load(1);
  world.load(2);
  world.load(3);
  const Fired fired = world.look();
  CHECK(fired.runs.size() == 1);
  REQUIRE(fired.without_run.size() == 1);
  CHECK(fired.without_run[0].outcome == FiringOutcome::refused);
  CHECK(fired.without_run[0].reason == "no such month");
  CHECK(world.recorded().size() == 2);
}

TEST_CASE("a trigger that waits for something else from now on does not fire for the past") {
  World world("pipeline: load");
  world.look();
  world.load(1, RunState::failed);
  world.look();
  world.load(2, RunState::failed);
  world.write("pipeline: load, states: failed");
  CHECK(world.look().runs.empty());
  world.load(3, RunState::failed);
  CHECK(world.look().runs.size() == 1);
}

TEST_CASE("while a run of the trigger is there, `overlap` decides") {
  SUBCASE("skip") {
    World world("pipeline: load, overlap: skip");
    world.look();
    world.load(1);
    world.load(2);
    const Fired fired = world.look();
    CHECK(fired.runs.size() == 1);
    CHECK(fired.without_run[0].reason == "report/1 had not ended");
  }
  SUBCASE("replace") {
    World world("pipeline: load, overlap: replace");
    world.look();
    world.load(1);
    const RunRecord first = world.look().runs.at(0);
    world.load(2);
    const Fired fired = world.look();
    CHECK(fired.runs.size() == 1);
    REQUIRE(fired.replaced.size() == 1);
    CHECK(fired.replaced[0].id == first.id);
  }
}

TEST_CASE("what does not concern a trigger is not read for ever") {
  World world("pipeline: load");
  world.look();
  for (int i = 0; i < 1100; ++i) {
    auto writer = *world.database->begin_write();
    REQUIRE(RunEndStore().add(writer, 1, RunState::failed).ok());
    REQUIRE(writer.commit().ok());
  }
  world.look();
  auto reader = *world.database->begin_read();
  CHECK((*RunEndStore().progress(reader, "report", "t"))->heard == 1100);
}

TEST_CASE("an event that is told twice fires once") {
  World world("webhook: {secret: KEY}");
  const FiredEvent first = world.tell("a");
  CHECK_FALSE(first.is_known);
  REQUIRE(first.fired.runs.size() == 1);
  CHECK(first.fired.runs[0].logical_date == noon);
  CHECK(world.tell("a").is_known);
  CHECK(world.tell("b").fired.runs.size() == 1);
  const auto recorded = world.recorded();
  REQUIRE(recorded.size() == 2);
  CHECK(recorded[1].cause == JsonObject{{"webhook", "a"}});
  CHECK_MESSAGE(recorded[0].at > recorded[1].at, "also in one microsecond");
}

}  // namespace
}  // namespace gt
