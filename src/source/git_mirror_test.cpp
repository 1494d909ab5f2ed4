#include "source/git_mirror.h"

#include <doctest/doctest.h>

#include "base/file.h"
#include "base/test_folder.h"
#include "process/command.h"

using namespace gt;

namespace {

struct Fixture {
  TestFolder folder;
  std::string remote = folder / "remote";
  GitMirror mirror{folder / "mirror", remote};

  Fixture() {
    REQUIRE(make_directories(remote).ok());
    git({"init", "--quiet", "--initial-branch=main"});
  }

  void git(std::vector<std::string> arguments) {
    std::vector<std::string> argv = {"git", "-c", "user.name=Ana", "-c", "user.email=a@b.c"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const auto done = run_command({.argv = argv, .directory = remote});
    REQUIRE(done.ok());
    REQUIRE_MESSAGE(done->succeeded(), done->error_output);
  }
  void commit(const std::string& name, const std::string& content) {
    folder.write("remote/" + name, content);
    git({"add", "."});
    git({"commit", "--quiet", "-m", "write " + name});
  }
};

}  // namespace

TEST_CASE("an address is one of a protocol that starts no other program") {
  for (const char* const good : {"https://host/x.git", "ssh://git@host/x", "git@host:team/x.git",
                                 "host:x", "/srv/x.git", "file:///srv/x"})
    CHECK_MESSAGE(GitMirror::is_address(good), good);
  for (const char* const bad : {"", "-u", "--upload-pack=x", "ext::sh -c x", "x::y", "https://",
                                "a b\nc:d", "./x", "x/y:z"})
    CHECK_MESSAGE(!GitMirror::is_address(bad), bad);
}

TEST_CASE_FIXTURE(Fixture, "the newest commit of a branch is laid out") {
  commit("a.txt", "one");
  const auto head = mirror.fetch("main");
  REQUIRE_MESSAGE(head.ok(), head.error().message);
  CHECK(*mirror.fetch("") == *head);
  REQUIRE(mirror.check_out(*head, "", folder / "out").ok());
  CHECK(*read_file(folder / "out/a.txt") == "one");
}

TEST_CASE_FIXTURE(Fixture, "commits come oldest first, and only the newest without a known one") {
  commit("a.txt", "one");
  const std::string first = *mirror.fetch("main");
  commit("b.txt", "two");
  commit("c.txt", "three");
  const std::string newest = *mirror.fetch("main");
  const auto since = mirror.commits_since(first, newest, 10);
  REQUIRE(since.ok());
  REQUIRE(since->size() == 2);
  CHECK(since->front().subject == "write b.txt");
  CHECK(since->back().id == newest);
  CHECK(since->back().author == "Ana");
  CHECK(mirror.commits_since("", newest, 10)->size() == 1);
  CHECK(mirror.commits_since(std::string(40, '0'), newest, 10)->size() == 1);
  CHECK(mirror.commits_since(first, newest, 1)->front().id == newest);
  CHECK(mirror.commits_since(newest, newest, 10)->empty());
}

TEST_CASE_FIXTURE(Fixture, "a folder of a repository is laid out alone") {
  commit("flights/a.txt", "one");
  commit("other/b.txt", "two");
  const std::string head = *mirror.fetch("main");
  REQUIRE(mirror.check_out(head, "flights", folder / "out").ok());
  CHECK(*read_file(folder / "out/flights/a.txt") == "one");
  CHECK(*kind_of(folder / "out/other") == PathKind::nothing);
  CHECK_FALSE(mirror.check_out(head, "nothing", folder / "out2").ok());
}

TEST_CASE_FIXTURE(Fixture, "a repository that has vanished is told, and comes back") {
  commit("a.txt", "one");
  const std::string first = *mirror.fetch("main");
  REQUIRE(rename_path(remote, folder / "away").ok());
  const auto gone = mirror.fetch("main");
  REQUIRE_FALSE(gone.ok());
  CHECK(gone.error().code == Errc::unavailable);
  REQUIRE(rename_path(folder / "away", remote).ok());
  CHECK(*mirror.fetch("main") == first);
}

TEST_CASE_FIXTURE(Fixture, "a branch that there is not is told") {
  commit("a.txt", "one");
  CHECK_FALSE(mirror.fetch("nothing").ok());
  CHECK_FALSE(mirror.fetch("-x").ok());
}
