#include "engine/fire_trigger.h"

#include <doctest/doctest.h>
#include <map>
#include <rapidcheck.h>
#include <set>

#include "db/faulty_database.h"
#include "engine/trigger_world.h"
#include "run/paused_pipelines.h"

namespace gt {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time noon = TriggerWorld::noon;

struct World : TriggerWorld {
  explicit World(const std::string& trigger) : TriggerWorld("etl", trigger) { place(); }

  void write(const std::string& trigger) {
    TriggerWorld::write(trigger);
    place();
  }
  void place() { placed.emplace(*place_schedule(*trigger().schedule())); }

  Result<Fired> look(Database& by) {
    return fire_trigger(
        parts(by), {name, trigger(), placed->schedule},
        [&](const Firing& firing) -> Result<NewRun> {
          if (refuses) return error(Errc::invalid, "no such month");
          NewRun run = new_run(name);
          run.params = {{"at", format_seconds(firing.at)}};
          return run;
        },
        keep, clock.now());
  }
  Fired look() {
    auto fired = look(*database);
    REQUIRE_MESSAGE(fired.ok(), fired.error().message);
    return *std::move(fired);
  }
  Fired look_at(Duration since_noon) {
    clock.jump(noon + since_noon - clock.now());
    return look();
  }
  static std::int64_t format_seconds(Time at) {
    return std::chrono::duration_cast<seconds>(at - noon).count();
  }
  void end(const RunRecord& run) {
    auto writer = *database->begin_write();
    REQUIRE(runs.cancel_unbegun(writer, run, clock.now()).ok());
    REQUIRE(writer.commit().ok());
  }
  void pause() {
    auto writer = *database->begin_write();
    REQUIRE(PausedPipelines().pause(writer, {"etl", "somebody", clock.now()}).ok());
    REQUIRE(writer.commit().ok());
  }
  void resume() {
    auto writer = *database->begin_write();
    REQUIRE(PausedPipelines().resume(writer, "etl").ok());
    REQUIRE(writer.commit().ok());
  }
  std::optional<PlacedSchedule> placed;
  bool refuses = false;
};

}  // namespace

TEST_CASE("a trigger that is seen for the first time fires at its next instant, not before") {
  World world("every: 1h");
  const Fired first = world.look_at(minutes(30));
  CHECK(first.runs.empty());
  CHECK(first.next == noon + hours(1));
  CHECK(world.look_at(minutes(59)).runs.empty());
  const Fired fired = world.look_at(minutes(60));
  REQUIRE(fired.runs.size() == 1);
  CHECK(fired.runs[0].logical_date == noon + hours(1));
  CHECK(fired.runs[0].interval == DataInterval{noon, noon + hours(1)});
  CHECK(fired.runs[0].trigger == "t");
  CHECK(world.look().runs.empty());
}

TEST_CASE("what is read back of a triggered run is what was written") {
  World world("every: 1h");
  world.look_at(minutes(30));
  const Fired fired = world.look_at(hours(1));
  auto reader = *world.database->begin_read();
  const auto read = world.runs.get(reader, fired.runs.at(0).id);
  REQUIRE(read.ok());
  CHECK(read->trigger == "t");
  CHECK(read->interval == DataInterval{noon, noon + hours(1)});
  CHECK(world.runs.open_runs_of(reader, "etl", "t")->size() == 1);
  CHECK(world.runs.open_runs_of(reader, "etl", "other")->empty());
}

TEST_CASE("two servers do not fire twice") {
  World world("every: 1h");
  world.look_at(minutes(30));
  CHECK(world.look_at(hours(1)).runs.size() == 1);
  CHECK(world.look().runs.empty());
  CHECK(world.recorded().size() == 1);
}

TEST_CASE("an edited schedule does not fire the past") {
  World world("every: 1h, catchup: all");
  world.look_at(minutes(30));
  world.write("every: 1m, catchup: all");
  CHECK(world.look_at(minutes(50)).runs.empty());
  CHECK(world.look_at(minutes(51)).runs.size() == 1);
}

TEST_CASE("a new trigger with a start in the past catches up from there") {
  World world("every: 1h, start: 2026-03-02T09:00, catchup: all");
  const Fired fired = world.look_at(minutes(30));
  REQUIRE(fired.runs.size() == 4);
  CHECK(fired.runs[0].logical_date == noon - hours(3));
}

TEST_CASE("what was missed without catchup is told once") {
  World world("every: 1h");
  world.look_at(minutes(30));
  CHECK(world.look_at(hours(5) + minutes(30)).first_missed == noon + hours(1));
  CHECK_FALSE(world.look_at(hours(5) + minutes(31)).first_missed);
}

TEST_CASE("overlap: queue makes a run for each, skip for none while one is open") {
  World queues("every: 1h");
  queues.look_at(minutes(30));
  CHECK(queues.look_at(hours(1)).runs.size() == 1);
  CHECK(queues.look_at(hours(2)).runs.size() == 1);

  World skips("every: 1h, overlap: skip");
  skips.look_at(minutes(30));
  const RunRecord open = skips.look_at(hours(1)).runs.at(0);
  const Fired skipped = skips.look_at(hours(2));
  CHECK(skipped.runs.empty());
  REQUIRE(skipped.without_run.size() == 1);
  CHECK(skipped.without_run[0].outcome == FiringOutcome::skipped);
  CHECK(skipped.without_run[0].reason == "etl/1 had not ended");
  skips.end(open);
  CHECK(skips.look_at(hours(3)).runs.size() == 1);
}

TEST_CASE("overlap: replace asks the open run to end, and of several at once begins the last") {
  World world("every: 1h, overlap: replace, catchup: all");
  world.look_at(minutes(30));
  const RunRecord open = world.look_at(hours(1)).runs.at(0);
  const Fired fired = world.look_at(hours(3) + minutes(30));
  REQUIRE(fired.runs.size() == 1);
  CHECK(fired.runs[0].logical_date == noon + hours(3));
  REQUIRE(fired.replaced.size() == 1);
  CHECK(fired.replaced[0].id == open.id);
  CHECK(fired.without_run.size() == 1);
  auto reader = *world.database->begin_read();
  CHECK(world.runs.get(reader, open.id)->cancel == CancelMode::terminate);
}

TEST_CASE("a firing that can have no run is on record with the reason, and not tried again") {
  World world("every: 1h");
  world.look_at(minutes(30));
  world.refuses = true;
  const Fired fired = world.look_at(hours(1));
  REQUIRE(fired.without_run.size() == 1);
  CHECK(fired.without_run[0].outcome == FiringOutcome::refused);
  CHECK(fired.without_run[0].reason == "no such month");
  world.refuses = false;
  CHECK(world.look_at(hours(1) + seconds(1)).runs.empty());
}

TEST_CASE("a paused pipeline fires nothing, and what passed meanwhile is for catchup to decide") {
  for (const auto& [catchup, runs] : {std::pair("none", 0U), {"last", 1U}, {"all", 3U}}) {
    World world(std::string("every: 1h, catchup: ") + catchup);
    world.look_at(minutes(30));
    world.pause();
    const Fired paused = world.look_at(hours(1));
    CHECK(paused.is_paused);
    CHECK(paused.runs.empty());
    CHECK_FALSE(paused.next);
    CHECK(world.look_at(hours(3) + minutes(30)).is_paused);
    CHECK(world.recorded().empty());
    world.resume();
    const Fired resumed = world.look();
    CHECK_FALSE(resumed.is_paused);
    CHECK(resumed.runs.size() == runs);
    CHECK(resumed.next == noon + hours(4));
    CHECK(world.look_at(hours(4)).runs.size() == 1);
  }
}

TEST_CASE("pausing twice remembers who was first, and resuming twice does no harm") {
  World world("every: 1h");
  world.pause();
  {
    auto writer = *world.database->begin_write();
    REQUIRE(PausedPipelines().pause(writer, {"etl", "another", world.clock.now()}).ok());
    const auto paused = *PausedPipelines().list(writer);
    REQUIRE(paused.size() == 1);
    CHECK(paused[0].paused_by == "somebody");
    REQUIRE(writer.commit().ok());
  }
  world.resume();
  world.resume();
  auto reader = *world.database->begin_read();
  CHECK(PausedPipelines().list(reader)->empty());
}

TEST_CASE("whatever crashes and however the clock jumps, each firing has one run") {
  rc::check([] {
    World world("every: 1h, catchup: all, catchup_max: 1000");
    world.look_at(seconds(1));
    Duration latest = seconds(1);
    const auto steps = *rc::gen::inRange(1, 30);
    for (int step = 0; step < steps; ++step) {
      // Forward mostly, now and then back.
      const Duration move = minutes(*rc::gen::inRange(-90, 400));
      world.clock.jump(move);
      latest = std::max(latest, world.clock.now() - noon);
      FaultyDatabase faulty(*world.database);
      const auto fault = *rc::gen::element(-1, 0, 1, 2);
      if (fault >= 0) faulty.fail_at_commit(1, static_cast<Fault>(fault));
      static_cast<void>(world.look(faulty).ok());
    }
    world.look_at(latest);
    std::set<Time> instants;
    std::set<RunId> of_runs;
    for (const RecordedFiring& firing : world.recorded()) {
      RC_ASSERT(firing.outcome == FiringOutcome::begun);
      RC_ASSERT(instants.insert(firing.at).second);
      RC_ASSERT(of_runs.insert(firing.run.value()).second);
    }
    const auto expected = std::chrono::floor<hours>(latest).count();
    RC_ASSERT(std::int64_t{expected} == static_cast<std::int64_t>(instants.size()));
    auto reader = *world.database->begin_read();
    RC_ASSERT(world.runs.open_runs(reader)->size() == instants.size());
  });
}

TEST_CASE("of old firings the newest are kept") {
  World world("every: 1s, catchup: all, catchup_max: 5000");
  world.look_at(seconds(0));
  world.look_at(seconds(3000));
  const auto recorded = world.recorded();
  CHECK(recorded.size() == static_cast<std::size_t>(FiringStore::kept_max));
  CHECK(recorded.front().at == noon + seconds(3000));
}

}  // namespace gt
