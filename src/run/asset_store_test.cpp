#include "run/asset_store.h"

#include <doctest/doctest.h>

#include "db/memory_database.h"
#include "run/told_asset.h"

using namespace gt;

namespace {

struct World {
  std::optional<std::int64_t> add(const std::string& asset, const std::string& content) {
    auto writer = *database->begin_write();
    auto added = store.add(writer, {.asset = asset,
                                    .content = Value(content),
                                    .at = clock.now(),
                                    .logical_date = clock.now()});
    REQUIRE_MESSAGE(added.ok(), added.error().message);
    REQUIRE(writer.commit().ok());
    return *added;
  }
  std::string newest() {
    auto reader = *database->begin_read();
    std::string text;
    for (const RecordedAssetUpdate& one : *store.newest(reader))
      text += one.update.asset + "=" + *one.update.content.string() + " ";
    return text;
  }

  FakeClock clock{Time(std::chrono::hours(500'000))};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  AssetStore store;
};

}  // namespace

TEST_CASE("the newest version of each asset counts, and the same content is no other one") {
  World world;
  CHECK(world.add("b", "1") == 1);
  CHECK(world.add("a", "1") == 2);
  CHECK(world.add("b", "1") == std::nullopt);
  CHECK(world.add("b", "2") == 3);
  CHECK(world.newest() == "a=1 b=2 ");
  auto reader = *world.database->begin_read();
  CHECK(*world.store.last(reader) == 3);
  CHECK(world.store.list(reader, "b", 1)->size() == 1);
  const auto page = *world.store.history(reader, "b", 3, 10);
  REQUIRE(page.size() == 1);
  CHECK(page[0].sequence == 1);
  CHECK(*world.store.newest(reader, "c") == std::nullopt);
}

TEST_CASE("of many versions the newest are kept") {
  World world;
  world.add("other", "stays");
  for (int i = 0; i < AssetStore::kept_max + 20; ++i) world.add("a", std::to_string(i));
  auto reader = *world.database->begin_read();
  const auto all = *world.store.history(reader, "a", std::nullopt, 5000);
  REQUIRE(std::ssize(all) == AssetStore::kept_max);
  CHECK(*all.front().update.content.string() == std::to_string(AssetStore::kept_max + 19));
  CHECK(world.store.newest(reader, "other")->has_value());
}

TEST_CASE("numbers go on after an asset was forgotten, so that nobody waits for old ones") {
  World world;
  world.add("a", "1");
  {
    auto writer = *world.database->begin_write();
    CHECK(*world.store.forget(writer, "a"));
    CHECK_FALSE(*world.store.forget(writer, "a"));
    REQUIRE(writer.commit().ok());
  }
  CHECK(world.newest().empty());
  CHECK(world.add("a", "1") == 2);
}

TEST_CASE("assets of a pushed project are found by the names in its pipelines") {
  World world;
  world.add("flights", "folder");
  world.add("sales.flights", "pushed");
  auto reader = *world.database->begin_read();
  const ValueObject pushed = *world.store.newest_contents(reader, "sales.train", {"flights", "no"});
  REQUIRE(pushed.size() == 1);
  CHECK(*pushed.find("flights")->string() == "pushed");
  CHECK(*world.store.newest_contents(reader, "train", {"flights"})->find("flights")->string() ==
        "folder");
}

TEST_CASE("what is told of an asset has a good name and is not large") {
  const Time now(std::chrono::hours(1));
  const auto told = [&](std::string name, std::optional<Json> content) {
    return update_of({std::move(name), std::move(content), {}, "anna"}, now);
  };
  CHECK(*told("flights", {})->content.string() == "1970-01-01T01:00:00.000Z");
  CHECK(*told("sales.flights", Json(7))->content.integer() == 7);
  for (const char* name : {"", "a b", "a/b", "a.b.c", ".a", "a.", "ä", "../x"})
    CHECK_FALSE_MESSAGE(told(name, {}).ok(), name);
  CHECK_FALSE(told("flights", Json(std::string(told_asset_bytes_max, 'x'))).ok());
}
