#include "source/git.h"

#include <cstdlib>
#include <doctest/doctest.h>

#include "base/file.h"
#include "base/test_folder.h"

namespace gt {

namespace {

bool git(const TestFolder& folder, std::vector<std::string> arguments) {
  std::vector<std::string> all = {
      "-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"};
  for (auto& argument : arguments) all.push_back(std::move(argument));
  const auto result = run_command(git_command(folder.path(), std::move(all)));
  return result && result->succeeded();
}

}  // namespace

TEST_CASE("a folder outside of git has no git facts") {
  const TestFolder folder;
  CHECK_FALSE(read_git_facts(folder.path())->has_value());
}

TEST_CASE("something that only looks like a repository has no git facts") {
  const TestFolder folder;
  folder.write(".git", "gitdir: nowhere\n");
  CHECK(may_be_git_work_tree(folder.path()));
  CHECK_FALSE(read_git_facts(folder.path())->has_value());
}

TEST_CASE("commit, branch and changes are read") {
  const TestFolder folder;
  if (!git(folder, {"init", "-q"})) {
    MESSAGE("SKIP: there is no git");
    return;
  }
  CHECK(read_git_facts(folder.path()).value_or({})->commit.empty());
  folder.write("a b\n", "1");
  folder.write(".gitignore", "ignored\n");
  REQUIRE(git(folder, {"add", "-A"}));
  REQUIRE(git(folder, {"commit", "-q", "-m", "first"}));
  auto facts = **read_git_facts(folder.path());
  CHECK(facts.commit.size() == 40);
  CHECK(facts.branch == "main");
  CHECK_FALSE(facts.dirty);

  folder.write("ignored", "x");
  CHECK_FALSE((*read_git_facts(folder.path()))->dirty);
  SUBCASE("a new file is a change") { folder.write("new", "x"); }
  SUBCASE("a changed file is a change") { folder.write("a b\n", "2"); }
  SUBCASE("a deleted file is a change") { REQUIRE(remove_tree(folder / "a b\n").ok()); }
  CHECK((*read_git_facts(folder.path()))->dirty);

  REQUIRE(git(folder, {"checkout", "-q", "--detach"}));
  facts = **read_git_facts(folder.path());
  CHECK(facts.branch.empty());
  CHECK(facts.commit.size() == 40);
}

TEST_CASE("the variables of a hook that runs us do not lead to another repository") {
  const TestFolder other;
  const TestFolder folder;
  if (!git(other, {"init", "-q"}) || !git(folder, {"init", "-q"})) {
    MESSAGE("SKIP: there is no git");
    return;
  }
  folder.write("new", "x");
  setenv("GIT_DIR", (other / ".git").c_str(), 1);
  setenv("GIT_WORK_TREE", other.path().c_str(), 1);
  const auto facts = read_git_facts(folder.path());
  unsetenv("GIT_DIR");
  unsetenv("GIT_WORK_TREE");
  REQUIRE(facts->has_value());
  CHECK((*facts)->dirty);
}

}  // namespace gt
