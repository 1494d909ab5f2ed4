#include "engine/turn_backfill.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <set>

#include "db/faulty_database.h"
#include "db/memory_database.h"
#include "run/backfill_change.h"

namespace gt {

namespace {

using std::chrono::hours;

const Time noon = Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 2)) + hours(12);

/// A pipeline with a trigger that fires every hour, and one backfill of it.
struct World {
  BackfillRecord make(int firings, std::int64_t max_active, Rerun rerun = Rerun::none) {
    NewBackfill wanted;
    wanted.pipeline = "etl";
    wanted.trigger = "hourly";
    wanted.span = {noon, noon + hours(firings)};
    wanted.max_active = max_active;
    wanted.rerun = rerun;
    wanted.params = {{"region", "eu"}};
    wanted.plan_version = "version";
    wanted.owner_engine = "e1";
    std::vector<BackfillFiring> all;
    for (int i = 0; i < firings; ++i)
      all.push_back({.at = noon + hours(i), .interval = {noon + hours(i - 1), noon + hours(i)}});
    auto writer = *database->begin_write();
    auto made = backfills.create(writer, wanted, all, clock.now());
    REQUIRE(made.ok());
    REQUIRE(writer.commit().ok());
    return *std::move(made);
  }

  Result<BackfillTurn> turn(Database& by, BackfillId id, const std::string& engine = "e1") {
    return turn_backfill(
        {by, runs, backfills, entropy}, id, engine,
        [&](const BackfillFiring& firing) -> Result<NewRun> {
          if (refused == firing.at) return error(Errc::invalid, "no such month");
          return NewRun();
        },
        clock.now());
  }
  BackfillTurn turn(BackfillId id) {
    auto turned = turn(*database, id);
    REQUIRE_MESSAGE(turned.ok(), turned.error().message);
    return *std::move(turned);
  }

  void end(const RunRecord& run, RunState state) {
    auto writer = *database->begin_write();
    REQUIRE(writer
                .execute("UPDATE run SET state = :state, ended_at = :at WHERE id = :id",
                         {to_text(state), clock.now(), run.id})
                .ok());
    REQUIRE(writer.commit().ok());
  }
  /// Turns it until its end; each run ends in the state.
  std::vector<RunRecord> turn_to_end(BackfillId id, RunState state = RunState::succeeded) {
    std::vector<RunRecord> all;
    for (BackfillTurn turned = turn(id); !turned.backfill.ended_at; turned = turn(id)) {
      REQUIRE_FALSE(turned.runs.empty());
      for (const RunRecord& run : turned.runs) {
        end(run, state);
        all.push_back(run);
      }
    }
    return all;
  }
  BackfillRecord get(BackfillId id) {
    auto reader = *database->begin_read();
    return *backfills.get(reader, id);
  }
  std::vector<BackfillFiring> firings(BackfillId id) {
    auto reader = *database->begin_read();
    return *backfills.firings(reader, id);
  }
  template <typename Change>
  auto change(Change by) {
    auto writer = *database->begin_write();
    auto changed = by(writer);
    if (changed.ok()) REQUIRE(writer.commit().ok());
    return changed;
  }

  FakeClock clock{noon + hours(1000)};
  SeededEntropy entropy{5};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  RunStore runs;
  BackfillStore backfills;
  std::optional<Time> refused;
};

}  // namespace

TEST_CASE("each firing has a run with its interval, and no more of them at once than may be") {
  World world;
  const BackfillId id = world.make(5, 2).id;
  BackfillTurn turned = world.turn(id);
  REQUIRE(turned.runs.size() == 2);
  CHECK(turned.runs[0].logical_date == noon);
  CHECK(turned.runs[0].interval == DataInterval{noon - hours(1), noon});
  CHECK(turned.runs[0].trigger == "hourly");
  CHECK(turned.runs[0].backfill == id);
  CHECK(turned.counts.active == 2);
  CHECK(turned.counts.waiting == 3);
  CHECK(world.turn(id).runs.empty());
  world.end(turned.runs[1], RunState::succeeded);
  const BackfillTurn next = world.turn(id);
  REQUIRE(next.runs.size() == 1);
  CHECK(next.runs[0].logical_date == noon + hours(2));
  world.end(turned.runs[0], RunState::succeeded);
  world.end(next.runs[0], RunState::succeeded);
  CHECK(world.turn_to_end(id).size() == 2);
  CHECK(world.get(id).state == BackfillState::succeeded);
  CHECK(world.get(id).ended_at == world.clock.now());
}

TEST_CASE("a run of a backfill stands in nobody's way") {
  World world;
  world.turn(world.make(1, 1).id);
  auto reader = *world.database->begin_read();
  CHECK(world.runs.open_runs_of(reader, "etl", "hourly")->empty());
  CHECK(world.runs.open_runs(reader)->size() == 1);
}

TEST_CASE("a firing that has a run is left alone unless it is to have another one") {
  World world;
  const BackfillId first = world.make(3, 3).id;
  const BackfillTurn begun = world.turn(first);
  world.end(begun.runs[0], RunState::succeeded);
  world.end(begun.runs[1], RunState::failed);
  CHECK(world.turn_to_end(world.make(3, 3).id).empty());
  const BackfillTurn turned = world.turn(world.make(3, 3, Rerun::failed).id);
  REQUIRE(turned.runs.size() == 1);
  CHECK(turned.runs[0].logical_date == noon + hours(1));
  // One that goes on has not failed.
  CHECK(turned.counts.kept == 2);
  CHECK(world.turn_to_end(world.make(3, 3, Rerun::all).id).size() == 3);
}

TEST_CASE("a backfill has failed if one of its firings has no run that succeeded") {
  World world;
  CHECK(world.turn_to_end(world.make(2, 2).id, RunState::failed).size() == 2);
  CHECK(world.get(1).state == BackfillState::failed);
  world.refused = noon + hours(1);
  const BackfillId refused = world.make(2, 2, Rerun::all).id;
  CHECK(world.turn_to_end(refused).size() == 1);
  CHECK(world.get(refused).state == BackfillState::failed);
  CHECK(world.firings(refused)[1].outcome == BackfillOutcome::refused);
  CHECK(world.firings(refused)[1].reason == "no such month");
}

TEST_CASE("a paused backfill begins nothing until it is resumed") {
  World world;
  const BackfillId id = world.make(3, 1).id;
  const RunRecord run = world.turn(id).runs.at(0);
  REQUIRE(world.change([&](Transaction& writer) { return pause_backfill(writer, id); }).ok());
  world.end(run, RunState::succeeded);
  CHECK(world.turn(id).runs.empty());
  CHECK(world.get(id).state == BackfillState::paused);
  REQUIRE(world.change([&](Transaction& writer) { return resume_backfill(writer, id); }).ok());
  CHECK(world.turn_to_end(id).size() == 2);
  const auto late = world.change([&](Transaction& writer) { return pause_backfill(writer, id); });
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == Errc::conflict);
}

TEST_CASE("a cancelled backfill ends when its runs have ended") {
  World world;
  const BackfillId id = world.make(4, 1).id;
  const RunRecord run = world.turn(id).runs.at(0);
  const auto cancelled = world.change([&](Transaction& writer) {
    return cancel_backfill(writer, world.runs, id, CancelMode::terminate);
  });
  REQUIRE(cancelled.ok());
  REQUIRE(cancelled->runs.size() == 1);
  CHECK(cancelled->runs[0].id == run.id);
  CHECK_FALSE(world.turn(id).backfill.ended_at);
  world.end(run, RunState::cancelled);
  const BackfillTurn last = world.turn(id);
  CHECK(last.backfill.ended_at);
  CHECK(last.backfill.state == BackfillState::cancelled);
  CHECK(last.counts.cancelled == 4);
}

TEST_CASE("who does not own a backfill makes no runs of it") {
  World world;
  const BackfillId id = world.make(1, 1).id;
  const auto turned = world.turn(*world.database, id, "e2");
  REQUIRE_FALSE(turned.ok());
  CHECK(turned.error().code == Errc::conflict);
  const auto stolen = world.change(
      [&](Transaction& writer) { return world.backfills.claim(writer, id, "e3", "e2"); });
  CHECK_FALSE(stolen.ok());
  REQUIRE(world
              .change([&](Transaction& writer) {
                return world.backfills.claim(writer, id, "e1", "e2");
              })
              .ok());
  CHECK(world.turn(*world.database, id, "e2")->runs.size() == 1);
}

TEST_CASE("whatever crashes, each firing has one run") {
  rc::check([] {
    World world;
    const int firings = *rc::gen::inRange(1, 20);
    const BackfillId id = world.make(firings, *rc::gen::inRange(1, 5)).id;
    for (int step = 0; step < 60; ++step) {
      FaultyDatabase faulty(*world.database);
      const auto fault = *rc::gen::element(-1, 0, 1, 2);
      if (fault >= 0) faulty.fail_at_commit(1, static_cast<Fault>(fault));
      static_cast<void>(world.turn(faulty, id).ok());
      std::vector<RunRecord> open;
      {
        auto reader = *world.database->begin_read();
        open = *world.runs.open_runs_of(reader, id);
      }
      for (const RunRecord& run : open)
        if (*rc::gen::arbitrary<bool>()) world.end(run, RunState::succeeded);
    }
    std::set<RunId> of_firings;
    std::size_t begun = 0;
    for (const BackfillFiring& firing : world.firings(id)) {
      if (firing.outcome != BackfillOutcome::begun) continue;
      ++begun;
      RC_ASSERT(of_firings.insert(firing.run.value()).second);
    }
    auto reader = *world.database->begin_read();
    const auto all = *world.runs.list(reader, {.pipeline = "etl", .state = {}, .limit = 1000});
    RC_ASSERT(all.size() == begun);
    std::set<Time> dates;
    for (const RunRecord& run : all) RC_ASSERT(dates.insert(run.logical_date).second);
  });
}

}  // namespace gt
