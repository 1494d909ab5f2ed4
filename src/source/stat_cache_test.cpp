#include "source/stat_cache.h"

#include <doctest/doctest.h>
#include <map>
#include <rapidcheck.h>

#include "base/file.h"
#include "base/test_folder.h"

namespace gt {

namespace {

constexpr Time hashed_at = from_microseconds(1'000'000'000'000'000);

FileStamp stamp_number(std::int64_t number) {
  return {.size = number, .mtime_ns = 5, .ctime_ns = 6, .inode = 7, .device = 8};
}

}  // namespace

TEST_CASE("what was put is found again by a later process, with exactly its stamp") {
  const TestFolder folder;
  const std::string file = folder / "stat-cache";
  auto cache = StatCache::load(file);
  cache.put("b", stamp_number(1), sha256("b"), hashed_at);
  cache.put("a\n", stamp_number(2), sha256("a"), hashed_at);
  CHECK(cache.find("b", stamp_number(1)) == sha256("b"));
  REQUIRE(cache.save().ok());
  CHECK(cache.find("b", stamp_number(1)) == sha256("b"));

  auto later = StatCache::load(file);
  CHECK(later.find("a\n", stamp_number(2)) == sha256("a"));
  CHECK(later.find("b", stamp_number(1)) == sha256("b"));
  CHECK_FALSE(later.find("c", stamp_number(1)));
  for (auto change : {&FileStamp::size, &FileStamp::mtime_ns, &FileStamp::ctime_ns}) {
    FileStamp other = stamp_number(1);
    other.*change += 1;
    CHECK_FALSE(later.find("b", other));
  }
  FileStamp other = stamp_number(1);
  other.inode += 1;
  CHECK_FALSE(later.find("b", other));
}

TEST_CASE("a file that changed just before it was hashed is not remembered") {
  const TestFolder folder;
  auto cache = StatCache::load(folder / "stat-cache");
  FileStamp recent = stamp_number(1);
  SUBCASE("content") { recent.mtime_ns = to_microseconds(hashed_at) * 1000 - 1'999'000'000; }
  SUBCASE("attributes") { recent.ctime_ns = to_microseconds(hashed_at) * 1000 - 1'999'000'000; }
  SUBCASE("in the future") { recent.mtime_ns = to_microseconds(hashed_at) * 2000; }
  cache.put("a", recent, sha256("a"), hashed_at);
  CHECK_FALSE(cache.find("a", recent));
}

TEST_CASE("a damaged file is an empty cache, whatever the damage") {
  const TestFolder folder;
  const std::string file = folder / "stat-cache";
  auto cache = StatCache::load(file);
  for (int i = 0; i < 3; ++i)
    cache.put(std::string(1, static_cast<char>('a' + i)), stamp_number(i), sha256("x"), hashed_at);
  REQUIRE(cache.save().ok());
  const std::string good = *read_file(file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x40);
    folder.write("stat-cache", bad);
    CHECK_FALSE(StatCache::load(file).find("a", stamp_number(0)));
    folder.write("stat-cache", good.substr(0, i));
    CHECK_FALSE(StatCache::load(file).find("a", stamp_number(0)));
  }
  folder.write("stat-cache", good);
  CHECK(StatCache::load(file).find("a", stamp_number(0)));
}

TEST_CASE("a home that cannot be written is an error of saving only") {
  auto cache = StatCache::load("/nonexistent/home/stat-cache");
  CHECK(cache.save().ok());
  cache.put("a", stamp_number(1), sha256("a"), hashed_at);
  CHECK(cache.save().error().code == Errc::not_found);
  CHECK(cache.find("a", stamp_number(1)) == sha256("a"));
}

TEST_CASE("the cache behaves as a map of the last puts, in any order and over any restarts") {
  const TestFolder folder;
  CHECK(rc::check([&] {
    (void)remove_tree(folder / "stat-cache").ok();
    auto cache = StatCache::load(folder / "stat-cache");
    std::map<std::string, int> model;
    const int steps = *rc::gen::inRange(0, 60);
    for (int i = 0; i < steps; ++i) {
      const std::string path =
          *rc::gen::element<std::string>("", "a", "ab", "b", "b/c", "\xff", "z");
      const int action = *rc::gen::inRange(0, 6);
      if (action < 3) {
        cache.put(path, stamp_number(i), sha256(std::to_string(i)), hashed_at);
        model[path] = i;
      } else if (action == 3) {
        RC_ASSERT(cache.save().ok());
        if (*rc::gen::arbitrary<bool>()) cache = StatCache::load(folder / "stat-cache");
      } else {
        const auto expected = model.find(path);
        const auto found =
            cache.find(path, stamp_number(expected == model.end() ? 0 : expected->second));
        RC_ASSERT(found.has_value() == (expected != model.end()));
        if (found) RC_ASSERT(*found == sha256(std::to_string(expected->second)));
      }
    }
  }));
}

TEST_CASE("entries that nobody asks for are dropped once they are many") {
  const TestFolder folder;
  const std::string file = folder / "stat-cache";
  {
    auto cache = StatCache::load(file);
    for (int i = 0; i < 10'010; ++i)
      cache.put(fmt::format("old{}", i), stamp_number(i), sha256("x"), hashed_at);
    REQUIRE(cache.save().ok());
  }
  auto cache = StatCache::load(file);
  CHECK(cache.find("old5", stamp_number(5)));
  cache.put("new", stamp_number(1), sha256("x"), hashed_at);
  REQUIRE(cache.save().ok());
  CHECK(cache.find("old5", stamp_number(5)));
  CHECK(cache.find("new", stamp_number(1)));
  CHECK_FALSE(cache.find("old6", stamp_number(6)));
}

}  // namespace gt
