#include "base/file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_lock.h"
#include "base/test_folder.h"

namespace gt {

TEST_CASE("a file is written whole and read back, whatever its name") {
  const TestFolder folder;
  for (const std::string name : {"plain", "two words", "line\nbreak", "\xff\xfe", "-x"}) {
    const std::string bytes = "a\0b" + name;
    for (const auto durability : {Durability::none, Durability::sync})
      REQUIRE(write_file_atomically(folder / name, bytes, durability).ok());
    CHECK(*read_file(folder / name) == bytes);
  }
  CHECK(list_directory(folder.path())->size() == 5);  // no partial file is left
}

TEST_CASE("a file over the limit is refused, and a large one is read whole") {
  const TestFolder folder;
  const std::string bytes(3'000'000, 'x');
  REQUIRE(write_file_atomically(folder / "large", bytes, Durability::none).ok());
  CHECK(*read_file(folder / "large") == bytes);
  CHECK(*read_file(folder / "large", bytes.size()) == bytes);
  CHECK(read_file(folder / "large", bytes.size() - 1).error().code == Errc::exhausted);
  CHECK(read_file("/proc/self/status")->contains("VmRSS"));  // says that it has 0 bytes
}

TEST_CASE("errors carry the path and what the caller can do") {
  const TestFolder folder;
  const auto missing = read_file(folder / "no\nfile");
  CHECK(missing.error().code == Errc::not_found);
  CHECK(missing.error().message.contains("no\\nfile"));
  CHECK(write_file_atomically(folder / "no/file", "x", Durability::none).error().code ==
        Errc::not_found);
}

TEST_CASE("a full disk is reported and leaves nothing behind") {
  const UniqueFd full = *open_file("/dev/full", O_WRONLY);
  CHECK(write_all(full.get(), "x").error().code == Errc::exhausted);
}

TEST_CASE("writing replaces files and links, never a folder or something like a device") {
  const TestFolder folder;
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK(write_file_atomically(folder / "fifo", "x", Durability::none).error().code ==
        Errc::invalid);
  CHECK(*kind_of(folder / "fifo") == PathKind::other);
  CHECK(write_file_atomically(folder.path(), "x", Durability::none).error().code == Errc::invalid);
  folder.write("target", "kept");
  REQUIRE(symlink("target", (folder / "link").c_str()) == 0);
  REQUIRE(write_file_atomically(folder / "link", "new", Durability::none).ok());
  CHECK(*read_file(folder / "link") == "new");
  CHECK(*read_file(folder / "target") == "kept");
}

TEST_CASE("the digest of a file is the digest of its bytes; only regular files have one") {
  const TestFolder folder;
  const std::string bytes(600'000, 'y');
  folder.write("file", bytes);
  folder.write("empty", "");
  CHECK(*digest_of_file(folder / "file") == sha256(bytes));
  CHECK(*digest_of_file(folder / "empty") == sha256(""));
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK(digest_of_file(folder / "fifo").error().code == Errc::invalid);
  CHECK(digest_of_file(folder.path()).error().code == Errc::invalid);
}

TEST_CASE("folders are made with all above them, twice as well as once") {
  const TestFolder folder;
  REQUIRE(make_directories(folder / "a/b/c").ok());
  REQUIRE(make_directories(folder / "a/b/c/").ok());
  CHECK(*kind_of(folder / "a/b/c") == PathKind::directory);
  folder.write("file", "");
  CHECK_FALSE(make_directories(folder / "file").ok());
  CHECK_FALSE(make_directories(folder / "file/x").ok());
}

TEST_CASE("removing a tree removes links but not what they point to") {
  const TestFolder folder;
  folder.write("outside/kept", "x");
  folder.write("tree/a/b", "x");
  REQUIRE(symlink((folder / "outside").c_str(), (folder / "tree/link").c_str()) == 0);
  REQUIRE(symlink("nowhere", (folder / "tree/a/dangling").c_str()) == 0);
  REQUIRE(symlink((folder / "outside").c_str(), (folder / "top").c_str()) == 0);
  REQUIRE(chmod((folder / "tree/a").c_str(), 0) == 0);
  REQUIRE(remove_tree(folder / "tree").ok());
  REQUIRE(remove_tree(folder / "top").ok());
  REQUIRE(remove_tree(folder / "never was").ok());
  CHECK(*kind_of(folder / "tree") == PathKind::nothing);
  CHECK(*kind_of(folder / "top") == PathKind::nothing);
  CHECK(*read_file(folder / "outside/kept") == "x");
}

TEST_CASE("a tree of many levels is removed, or refused with a clear limit") {
  const TestFolder folder;
  std::string path = folder / "deep";
  for (int i = 0; i < 300; ++i) path += "/d";
  REQUIRE(make_directories(path).ok());
  CHECK(remove_tree(folder / "deep").ok());
}

TEST_CASE("links are told apart from what they point to") {
  const TestFolder folder;
  const std::string target(1000, 't');
  REQUIRE(symlink(target.c_str(), (folder / "link").c_str()) == 0);
  CHECK(*kind_of(folder / "link") == PathKind::link);
  CHECK(*read_link(folder / "link") == target);
  CHECK(*kind_of("/dev/null") == PathKind::other);
}

TEST_CASE("a lock excludes another holder until it goes") {
  const TestFolder folder;
  {
    const FileLock lock = *FileLock::take(folder / "lock");
    CHECK_FALSE(FileLock::try_take(folder / "lock")->has_value());
  }
  CHECK(FileLock::try_take(folder / "lock")->has_value());
}

TEST_CASE("paths are put together and taken apart") {
  CHECK(join_path("a", "b") == "a/b");
  CHECK(join_path("a/", "b") == "a/b");
  CHECK(join_path("", "b") == "b");
  CHECK(parent_path("/a/b") == "/a");
  CHECK(parent_path("/a") == "/");
  CHECK(parent_path("a") == ".");
  CHECK(file_name("/a/b") == "b");
  CHECK(file_name("b") == "b");
}

TEST_CASE("of what others put there only regular files are read") {
  const TestFolder folder;
  folder.write("file", "bytes");
  REQUIRE(symlink("file", (folder / "link").c_str()) == 0);
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  REQUIRE(make_directories(folder / "folder").ok());
  CHECK(read_regular_file(folder / "file").value_or("") == "bytes");
  CHECK(read_regular_file(folder / "absent").error().code == Errc::not_found);
  CHECK(read_regular_file(folder / "file", 3).error().code == Errc::exhausted);
  for (const char* name : {"link", "fifo", "folder"}) {
    const auto refused = read_regular_file(folder / name);
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == Errc::unavailable);
    CHECK(refused.error().message.find("is no regular file") != std::string::npos);
  }
}

}  // namespace gt
