// What every store promises, on each of them.
#include "blob/blob_store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/test_folder.h"
#include "blob/folder_blobs.h"
#include "blob/memory_blobs.h"

namespace gt {

namespace {

struct InFolder {
  TestFolder folder;
  SystemEntropy entropy;
  FolderBlobs store{*Home::open(folder / "home"), entropy, Durability::none};
};
struct InMemory {
  TestFolder folder;
  MemoryBlobs store;
};

Result<std::unordered_set<Digest>> nothing() { return std::unordered_set<Digest>(); }

}  // namespace

TEST_CASE_TEMPLATE("a file is named by its content and comes back", Store, InFolder, InMemory) {
  Store fixture;
  BlobStore& store = fixture.store;
  const TestFolder& folder = fixture.folder;
  folder.write("outputs/deep/a b\n.csv", "1,2\n");
  const auto blob = store.take_in({.folder = folder / "outputs", .path = "deep/a b\n.csv"});
  REQUIRE_MESSAGE(blob.ok(), blob.error().message);
  CHECK(blob->name == BlobName{.digest = sha256("1,2\n"), .is_folder = false});
  CHECK(blob->bytes == 4);
  CHECK(*store.check(blob->name, CheckDepth::content) == Health::intact);
  REQUIRE(store.place(blob->name, folder / "link", Placement::link).ok());
  REQUIRE(store.place(blob->name, folder / "copy", Placement::copy).ok());
  CHECK(*read_file(folder / "link") == "1,2\n");
  folder.write("copy", "mine now");
  CHECK(*read_file(folder / "link") == "1,2\n");
  CHECK(!store.place(blob->name, folder / "copy", Placement::copy).ok());
}

TEST_CASE_TEMPLATE("a folder is named by all that is in it and comes back", Store, InFolder,
                   InMemory) {
  Store fixture;
  BlobStore& store = fixture.store;
  const TestFolder& folder = fixture.folder;
  const auto make = [&](const std::string& name) {
    folder.write(name + "/model/weights.bin", std::string(1000, 'w'));
    folder.write(name + "/model/sub/run.sh", "#!/bin/sh\n");
    REQUIRE(chmod((folder / (name + "/model/sub/run.sh")).c_str(), 0700) == 0);
    REQUIRE(make_directories(folder / (name + "/model/empty")).ok());
    REQUIRE(symlink("../weights.bin", (folder / (name + "/model/sub/link")).c_str()) == 0);
  };
  make("one");
  make("two");
  make("three");
  folder.write("three/model/sub/\xff\n", "odd name");
  const auto take = [&](const std::string& name) {
    const auto blob = store.take_in({.folder = folder / name, .path = "model/", .is_folder = true});
    REQUIRE_MESSAGE(blob.ok(), blob.error().message);
    return *blob;
  };
  const Blob one = take("one"), two = take("two"), three = take("three");
  CHECK(one.name == two.name);
  CHECK(one.name != three.name);
  CHECK(one.bytes == 1010);
  CHECK(one.files == 2);
  CHECK(*store.check(three.name, CheckDepth::content) == Health::intact);

  REQUIRE(store.place(three.name, folder / "copy", Placement::copy).ok());
  CHECK(*read_file(folder / "copy/sub/link") == std::string(1000, 'w'));
  CHECK(*read_file(folder / "copy/sub/\xff\n") == "odd name");
  CHECK(access((folder / "copy/sub/run.sh").c_str(), X_OK) == 0);
  CHECK(kind_of(folder / "copy/empty").value_or(PathKind::nothing) == PathKind::directory);
  REQUIRE(store.place(one.name, folder / "link", Placement::link).ok());
  CHECK(*read_file(folder / "link/sub/link") == std::string(1000, 'w'));
}

TEST_CASE_TEMPLATE("relying on an artifact tells whether it is there, with its size", Store,
                   InFolder, InMemory) {
  Store fixture;
  BlobStore& store = fixture.store;
  const Blob there = *store.put_bytes("there");
  // Nothing is recorded yet, but it is still being worked with.
  CHECK(store.sweep(nothing, SweepMode::remove)->blobs == 0);
  const Blob absent{.name = {.digest = sha256("absent"), .is_folder = false}, .bytes = 6};
  Blob larger = there;
  larger.bytes = 6;
  CHECK(*store.rely_on(std::vector<Blob>{there, absent}) == std::vector<bool>{true, false});
  CHECK(*store.rely_on(std::vector<Blob>{larger}) == std::vector<bool>{false});
  CHECK(*store.are_there(std::vector<Blob>{larger, there, absent}) ==
        std::vector<bool>{false, true, false});
}

TEST_CASE_TEMPLATE("a sweep removes what it announced", Store, InFolder, InMemory) {
  Store fixture;
  BlobStore& store = fixture.store;
  const Blob kept = *store.put_bytes("kept"), gone = *store.put_bytes("gone"),
             relied = *store.put_bytes("relied");
  REQUIRE(store.release().ok());
  CHECK(*store.rely_on(std::span(&relied, 1)) == std::vector<bool>{true});
  const auto reachable = [&]() -> Result<std::unordered_set<Digest>> {
    return std::unordered_set<Digest>{kept.name.digest};
  };
  for (const SweepMode mode : {SweepMode::rehearse, SweepMode::remove}) {
    const auto report = store.sweep(reachable, mode);
    REQUIRE(report.ok());
    CHECK(report->blobs == 1);
    CHECK(report->bytes == 4);
    CHECK(report->kept == 2);
  }
  CHECK(*store.check(gone.name, CheckDepth::quick) == Health::missing);
  CHECK(*store.check(kept.name, CheckDepth::quick) == Health::intact);
  CHECK(*store.check(relied.name, CheckDepth::quick) == Health::intact);
  const auto placed = store.place(gone.name, fixture.folder / "x", Placement::link);
  REQUIRE(!placed.ok());
  CHECK(placed.error().code == Errc::not_found);
}

TEST_CASE_TEMPLATE("a sweep that cannot learn what is reachable removes nothing", Store, InFolder,
                   InMemory) {
  Store fixture;
  BlobStore& store = fixture.store;
  const Blob blob = *store.put_bytes("bytes");
  REQUIRE(store.release().ok());
  const auto failing = []() -> Result<std::unordered_set<Digest>> {
    return error(Errc::unavailable, "no database");
  };
  CHECK(!store.sweep(failing, SweepMode::remove).ok());
  CHECK(*store.check(blob.name, CheckDepth::quick) == Health::intact);
}

}  // namespace gt
