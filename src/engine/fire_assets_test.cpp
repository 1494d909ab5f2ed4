#include "engine/fire_assets.h"

#include <doctest/doctest.h>

#include "db/faulty_database.h"
#include "engine/trigger_world.h"
#include "run/paused_pipelines.h"

namespace gt {
namespace {

using std::chrono::hours;

constexpr Time noon = TriggerWorld::noon;

struct World : TriggerWorld {
  explicit World(const std::string& trigger) : TriggerWorld("report", trigger) { look(); }

  Result<FiredAssets> look_by(Database& by) {
    return fire_assets(
        parts(by), watched(),
        [&](const std::vector<RecordedAssetUpdate>& updates) -> Result<std::optional<NewRun>> {
          seen.clear();
          for (const RecordedAssetUpdate& one : updates)
            seen += one.update.asset + "=" + *one.update.content.string() + " ";
          if (is_refused) return error(Errc::invalid, "no such month");
          if (is_unwanted) return std::optional<NewRun>();
          return std::optional(new_run("report"));
        },
        keep, clock.now());
  }
  std::size_t look() {
    auto fired = look_by(*database);
    REQUIRE_MESSAGE(fired.ok(), fired.error().message);
    last = std::move(*fired);
    return last.fired.runs.size();
  }
  void update(const std::string& asset, const std::string& content) {
    clock.advance(std::chrono::seconds(1));
    auto writer = *database->begin_write();
    REQUIRE(AssetStore()
                .add(writer, {.asset = asset,
                              .content = Value(content),
                              .at = clock.now(),
                              .logical_date = noon + hours(24 * ++days),
                              .interval = DataInterval{noon, noon + hours(24 * days)},
                              .run = "load/" + std::to_string(days)})
                .ok());
    REQUIRE(writer.commit().ok());
  }
  void pause(bool is_paused) {
    auto writer = *database->begin_write();
    if (is_paused)
      REQUIRE(PausedPipelines().pause(writer, {"report", "anna", clock.now()}).ok());
    else
      REQUIRE(PausedPipelines().resume(writer, "report").ok());
    REQUIRE(writer.commit().ok());
  }

  std::string seen;  ///< what the last run was made of
  bool is_refused = false, is_unwanted = false;
  int days = 0;
  FiredAssets last;
};

TEST_CASE("an asset fires when it was updated, and gives the day of its run on") {
  World world("assets: flights");
  world.update("weather", "w1");
  CHECK(world.look() == 0);
  world.update("flights", "f1");
  CHECK(world.look() == 1);
  CHECK(world.seen == "flights=f1 ");
  CHECK(world.last.fired.runs[0].logical_date == noon + hours(48));
  CHECK(world.last.fired.runs[0].interval == DataInterval{noon, noon + hours(48)});
  CHECK(world.look() == 0);
  const auto recorded = world.recorded();
  REQUIRE(recorded.size() == 1);
  CHECK(recorded[0].cause == JsonObject{{"assets", JsonList{"flights"}}, {"updates", 1}});
}

TEST_CASE("what was updated before anybody waited fires nothing") {
  World world("assets: other");
  world.update("flights", "f1");
  world.write("assets: flights");
  CHECK(world.look() == 0);
  CHECK(world.look() == 0);
  world.update("flights", "f2");
  CHECK(world.look() == 1);
  CHECK(world.seen == "flights=f2 ");
}

TEST_CASE("all of several are waited for, and what came meanwhile is used together") {
  World world("assets: [flights, weather]");
  world.update("flights", "f1");
  CHECK(world.look() == 0);
  world.update("flights", "f2");
  CHECK(world.look() == 0);
  world.update("weather", "w1");
  CHECK(world.look() == 1);
  CHECK(world.seen == "flights=f1 flights=f2 weather=w1 ");
  world.update("weather", "w2");
  CHECK_MESSAGE(world.look() == 0, "the updates of flights are used up");
  world.update("flights", "f3");
  CHECK(world.look() == 1);
  CHECK(world.seen == "weather=w2 flights=f3 ");
}

TEST_CASE("any of several is enough, and one may stand inside the other") {
  World world("assets: {all: [flights, {any: [weather, forecast]}]}");
  world.update("weather", "w1");
  world.update("forecast", "c1");
  CHECK(world.look() == 0);
  world.update("flights", "f1");
  CHECK(world.look() == 1);
  CHECK(world.seen == "weather=w1 forecast=c1 flights=f1 ");
  world.write("assets: {any: [flights, weather]}");
  CHECK(world.look() == 0);
  world.update("weather", "w2");
  CHECK(world.look() == 1);
  world.update("flights", "f2");
  CHECK(world.look() == 1);
}

TEST_CASE("the same content again is no update") {
  World world("assets: flights");
  world.update("flights", "f1");
  CHECK(world.look() == 1);
  world.update("flights", "f1");
  CHECK(world.look() == 0);
  world.update("flights", "f2");
  world.update("flights", "f1");
  CHECK(world.look() == 1);
  CHECK(world.seen == "flights=f2 flights=f1 ");
}

TEST_CASE("updates of a paused pipeline wait until it is resumed") {
  World world("assets: flights");
  world.pause(true);
  world.update("flights", "f1");
  world.update("flights", "f2");
  CHECK(world.look() == 0);
  CHECK_FALSE(world.last.looked_at);
  CHECK(world.recorded().empty());
  world.pause(false);
  CHECK(world.look() == 1);
  CHECK(world.seen == "flights=f1 flights=f2 ");
}

TEST_CASE("updates that the trigger's condition does not want are used up") {
  World world("assets: flights");
  world.is_unwanted = true;
  world.update("flights", "f1");
  CHECK(world.look() == 0);
  world.is_unwanted = false;
  CHECK(world.look() == 0);
  CHECK(world.recorded().empty());
  world.update("flights", "f2");
  CHECK(world.look() == 1);
  CHECK(world.seen == "flights=f2 ");
}

TEST_CASE("an update that can have no run is on record with the reason") {
  World world("assets: flights");
  world.is_refused = true;
  world.update("flights", "f1");
  CHECK(world.look() == 0);
  CHECK(world.look() == 0);
  const auto recorded = world.recorded();
  REQUIRE(recorded.size() == 1);
  CHECK(recorded[0].outcome == FiringOutcome::refused);
  CHECK(recorded[0].reason == "no such month");
}

TEST_CASE("two servers that see the same update begin one run") {
  World world("assets: flights");
  world.update("flights", "f1");
  // The second decides after the first has written, in the middle of its own decision.
  bool is_inside = false;
  const auto inner = fire_assets(
      world.parts(*world.database), world.watched(),
      [&](const auto&) -> Result<std::optional<NewRun>> {
        if (!std::exchange(is_inside, true)) CHECK(world.look() == 1);
        return std::optional(TriggerWorld::new_run("report"));
      },
      TriggerWorld::keep, world.clock.now());
  REQUIRE(inner.ok());
  CHECK(inner->fired.runs.empty());
  CHECK(world.recorded().size() == 1);
}

TEST_CASE("a commit that is lost leaves the update to the next look") {
  World world("assets: flights");
  world.update("flights", "f1");
  FaultyDatabase faulty(*world.database);
  faulty.fail_at_commit(1, Fault::refused);
  CHECK_FALSE(world.look_by(faulty).ok());
  CHECK(world.look() == 1);
  CHECK(world.recorded().size() == 1);
}

}  // namespace
}  // namespace gt
