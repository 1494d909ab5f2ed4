#include "execute/spare_folders.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/file.h"
#include "base/test_folder.h"
#include "process/attempt_folder.h"

using namespace gt;

namespace {

struct Fixture {
  TestFolder folder;

  std::string ended(const std::string& name) {
    std::string path = folder / name;
    auto claim = AttemptClaim::take(path, "here");
    REQUIRE((claim.ok() && claim->has_value()));
    REQUIRE((*claim)->record_end({.name = name, .cause = ExitCause::exit}).ok());
    (*claim)->release();
    REQUIRE(make_directories(path + "/tmp").ok());
    return path;
  }
  PathKind kind(const std::string& name) { return *kind_of(folder / name); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the folder of an attempt that left nothing becomes that of a new one") {
  SpareFolders spares;
  spares.offer(ended("one"));
  spares.move_one_to(folder / "two");
  CHECK(kind("one") == PathKind::nothing);
  CHECK(kind("two/tmp") == PathKind::directory);
  CHECK(inspect_attempt(folder / "two")->phase == AttemptPhase::never_started);
  CHECK((*AttemptClaim::take(folder / "two", "here")).has_value());
}

TEST_CASE_FIXTURE(Fixture, "a folder that has something to say stays") {
  SpareFolders spares;
  std::string path = ended("one");
  SUBCASE("a log") { folder.write("one/log", "hello"); }
  SUBCASE("a file that a step left") { folder.write("one/tmp/x", ""); }
  SUBCASE("a link in the place of its folder for temporary files") {
    REQUIRE(rmdir((path + "/tmp").c_str()) == 0);
    REQUIRE(symlink("/", (path + "/tmp").c_str()) == 0);
  }
  SUBCASE("a lock file that is a link") {
    folder.write("precious", "precious");
    REQUIRE(unlink((path + "/lock").c_str()) == 0);
    REQUIRE(symlink((folder / "precious").c_str(), (path + "/lock").c_str()) == 0);
  }
  SUBCASE("a lock file that has another name too") {
    REQUIRE(link((path + "/lock").c_str(), (folder / "precious").c_str()) == 0);
  }
  spares.offer(path);
  spares.move_one_to(folder / "two");
  CHECK(kind("one") == PathKind::directory);
  CHECK(kind("two") == PathKind::nothing);
  CHECK(read_file(folder / "precious").value_or("precious") != "");
}

TEST_CASE_FIXTURE(Fixture, "the folder of an attempt that runs, or ran, is not replaced") {
  SpareFolders spares;
  spares.offer(ended("one"));
  const std::string path = ended("two");
  spares.move_one_to(path);
  CHECK(inspect_attempt(path)->phase == AttemptPhase::ended);
  spares.move_one_to(folder / "three");
  CHECK(kind("three") == PathKind::directory);
}

TEST_CASE_FIXTURE(Fixture, "an attempt that still has its lock keeps its folder") {
  SpareFolders spares;
  auto claim = AttemptClaim::take(folder / "one", "here");
  REQUIRE((claim.ok() && claim->has_value()));
  spares.offer(folder / "one");
  spares.move_one_to(folder / "two");
  CHECK(kind("two") == PathKind::nothing);
}

TEST_CASE_FIXTURE(Fixture, "what nobody needed is removed at the end") {
  {
    SpareFolders spares;
    spares.offer(ended("one"));
  }
  CHECK(kind("one") == PathKind::nothing);
}
