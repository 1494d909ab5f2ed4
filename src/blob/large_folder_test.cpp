// What a folder of many files costs, counted in files, not in time.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test_folder.h"
#include "blob/folder_blobs.h"

namespace gt {

namespace {

constexpr int files = 500;

struct Fixture {
  TestFolder folder;
  SystemEntropy entropy;
  Home home = *Home::open(folder / "home");
  FolderBlobs store{home, entropy, Durability::none};

  Blob take_many() {
    for (int i = 0; i < files; ++i)
      folder.write(fmt::format("outputs/many/{}/{}", i % 10, i), fmt::format("{}", i));
    const auto blob =
        store.take_in({.folder = folder / "outputs", .path = "many", .is_folder = true});
    REQUIRE(blob.ok());
    return *blob;
  }
  /// Of the store, what only a walk through the folder can notice.
  void spoil(const Blob& blob) const {
    const std::string inside = store.path_of(blob.name) + "/3";
    REQUIRE(::chmod(inside.c_str(), 0755) == 0);
    REQUIRE(::unlink((inside + "/3").c_str()) == 0);
  }
};

std::size_t entries_below(const std::string& path) {
  std::size_t count = 0;
  if (kind_of(path).value_or(PathKind::nothing) != PathKind::directory) return 0;
  for (const auto& name : *list_directory(path)) count += 1 + entries_below(path + "/" + name);
  return count;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a step gets a folder by one link, however many files are in it") {
  const Blob blob = take_many();
  REQUIRE(make_directories(folder / "inputs").ok());
  REQUIRE(store.place(blob.name, folder / "inputs/many", Placement::link).ok());
  CHECK(entries_below(folder / "inputs") == 1);
  CHECK(*read_link(folder / "inputs/many") == store.path_of(blob.name));
}

TEST_CASE_FIXTURE(Fixture, "looking a folder up does not walk through it") {
  const Blob blob = take_many();
  spoil(blob);
  CHECK(*store.are_there(std::span(&blob, 1)) == std::vector<bool>{true});
  CHECK(*store.rely_on(std::span(&blob, 1)) == std::vector<bool>{true});
  CHECK_MESSAGE(*store.check(blob.name, CheckDepth::quick) == Health::changed,
                "after a step that had it, it is walked through");
}

TEST_CASE_FIXTURE(Fixture, "nobody waits until a folder that is there already is removed") {
  const Blob blob = take_many();
  int heard = 0;
  store.chores().set_listener([&] { ++heard; });
  CHECK(take_many().name == blob.name);
  CHECK(heard == 1);
  CHECK(entries_below(folder / "outputs") == 0);
  CHECK(look_at_chores(home.path())->removals == 1);
  do_chores(home.path(), ChorePace::yielding);
  CHECK_FALSE(has_chores(home.path()));
  CHECK(*store.check(blob.name, CheckDepth::content) == Health::intact);
}

TEST_CASE_FIXTURE(Fixture,
                  "what a process that died was making is swept without a wait at the gate") {
  for (int i = 0; i < files; ++i) folder.write(fmt::format("home/tmp/0123-1/{}", i), "x");
  folder.write("home/pins/0123", "");
  REQUIRE(store.sweep([] { return std::unordered_set<Digest>(); }, SweepMode::remove).ok());
  CHECK(entries_below(home.at("tmp")) == 0);
  CHECK(look_at_chores(home.path())->removals == 1);
}

}  // namespace gt
