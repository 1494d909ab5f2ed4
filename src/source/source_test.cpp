#include "source/source.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/test_folder.h"
#include "source/git.h"

namespace gt {

namespace {

/// A project whose files are all well older than now.
struct Project {
  TestFolder folder;
  FakeClock clock{SystemClock().now() + std::chrono::hours(1)};

  std::string root() const { return folder / "project"; }
  std::string home() const { return folder / "project/.geartrain"; }
  void write(const std::string& path, const std::string& bytes) const {
    folder.write("project/" + path, bytes);
  }
  void link(const std::string& target, const std::string& path) const {
    REQUIRE(symlink(target.c_str(), (root() + "/" + path).c_str()) == 0);
  }
  void git(std::vector<std::string> arguments) const {
    const auto result = run_command(git_command(root(), std::move(arguments)));
    REQUIRE(result.ok());
    REQUIRE(result->succeeded());
  }
  Source open() {
    REQUIRE(make_directories(root()).ok());
    auto source = Source::open(root(), home(), clock);
    REQUIRE(source.ok());
    return *std::move(source);
  }
};

using Strings = std::vector<std::string>;

Strings lines(const SourceFacts& facts, FactKind kind) {
  Strings paths;
  for (const auto& fact : facts.facts)
    if (fact.kind == kind) paths.push_back(fact.path);
  return paths;
}

bool have_git() { return run_command({.argv = {"git", "--version"}}).ok(); }

Strings files_of(Source& source, Strings globs) {
  const auto facts = source.facts({std::move(globs)});
  REQUIRE(facts.ok());
  return lines(*facts, FactKind::file);
}

}  // namespace

TEST_CASE("facts about all files say of some what those selected by name say") {
  Project project;
  for (const char* path : {"a.py", "src/b.py", "src/c d.py"}) project.write(path, path);
  project.link("a.py", "linked.py");
  Source source = project.open();
  const auto all = source.facts({});
  REQUIRE(all.ok());
  for (const Strings& paths :
       {Strings{"src/b.py"}, Strings{"src/c d.py", "a.py"}, Strings{"a.py", "src/b.py", "a.py"}}) {
    const auto some = source.facts({paths});
    REQUIRE(some.ok());
    const auto taken = facts_of_files(*all, paths);
    REQUIRE(taken);
    CHECK(taken->facts == some->facts);
    CHECK(taken->stamps == some->stamps);
    CHECK(taken->digest == some->digest);
    CHECK(source.changed_since(*taken)->empty());
  }
  CHECK_FALSE(facts_of_files(*all, {"a.py", "not/there.py"}));
  CHECK_FALSE(facts_of_files(*all, {"linked.py"}));
  CHECK_FALSE(facts_of_files(*all, {"src"}));
}

TEST_CASE("a project of many folders is listed in full, sorted, each file once") {
  Project project;
  Strings expected;
  for (int folder = 0; folder < 50; ++folder)
    for (int file = 0; file < 100; ++file) {
      expected.push_back(fmt::format("data/{}/deep/{}", folder, file));
      project.write(expected.back(), "x");
    }
  std::ranges::sort(expected);
  Source source = project.open();
  const auto files = source.files();
  REQUIRE(files.ok());
  CHECK(*files == expected);
  CHECK(files_of(source, {"data/**/deep/*"}) == expected);
}

TEST_CASE("one folder too deep in a project of many folders is an error") {
  Project project;
  for (int folder = 0; folder < 30; ++folder)
    for (int file = 0; file < 100; ++file) project.write(fmt::format("{}/{}", folder, file), "x");
  std::string deep = "15";
  for (std::size_t level = 0; level <= Snapshot::depth_max; ++level) deep += "/d";
  project.write(deep + "/file", "x");
  Source source = project.open();
  const auto files = source.files();
  REQUIRE_FALSE(files.ok());
  CHECK(files.error().code == Errc::exhausted);
}

TEST_CASE("without git, all files but those on the ignore lists are the source") {
  Project project;
  project.write("pipeline.yaml", "x");
  project.write("src/a.py", "x");
  project.write("src/__pycache__/a.pyc", "x");
  project.write(".venv/bin/python", "x");
  project.write(".geartrain/state.db", "x");
  project.write("data/big.csv", "x");
  project.write("data/small.csv", "x");
  project.write(".geartrainignore", "data/*\n!data/small.csv\n");
  auto source = project.open();
  CHECK(*source.files() ==
        Strings{".geartrainignore", "data/small.csv", "pipeline.yaml", "src/a.py"});
}

TEST_CASE("Geartrain's own folder is left out wherever it is, and nothing can take it back") {
  Project project;
  project.write(".geartrainignore", "!.geartrain/\n!.geartrain\n");
  project.write(".geartrain/x", "x");
  project.write("other home/x", "x");
  project.write("other homes/x", "x");
  auto source = *Source::open(project.root(), project.root() + "/other home", project.clock);
  CHECK(*source.files() == Strings{".geartrainignore", "other homes/x"});
  CHECK(source.facts({{".geartrain/x"}}).error().code == Errc::invalid);
}

TEST_CASE("with git, tracked and unignored files are the source; deleted ones are not") {
  if (!have_git()) {
    MESSAGE("SKIP: there is no git");
    return;
  }
  Project project;
  project.write("tracked", "x");
  project.write("two words\n", "x");
  project.write("deleted", "x");
  project.write("venv/tracked.py", "x");
  project.git({"init", "-q"});
  project.git({"add", "-f", "."});
  project.write("new", "x");
  project.write("ignored", "x");
  project.write("src/__pycache__/a.pyc", "x");
  project.write(".gitignore", "ignored\n");
  project.write("hidden", "x");
  project.write(".geartrainignore", "hidden\n");
  REQUIRE(unlink((project.root() + "/deleted").c_str()) == 0);
  auto source = project.open();
  CHECK(*source.files() == Strings{".geartrainignore", ".gitignore", "new", "tracked",
                                   "two words\n", "venv/tracked.py"});
}

TEST_CASE("a project below the top of a work tree, repositories in it, and one that git ignores") {
  if (!have_git()) {
    MESSAGE("SKIP: there is no git");
    return;
  }
  Project project;
  project.write("sub/a", "x");
  project.write("nested/b", "x");
  project.write("nested/ignored", "x");
  project.write("nested/.gitignore", "ignored\n");
  project.write("outer/c", "x");
  project.write(".gitignore", "outer/\n");
  project.git({"init", "-q"});
  project.git({"init", "-q", "nested"});
  auto top = project.open();
  CHECK(*top.files() == Strings{".gitignore", "nested/.gitignore", "nested/b", "sub/a"});
  auto below = *Source::open(project.root() + "/sub", project.home(), project.clock);
  CHECK(*below.files() == Strings{"a"});
  auto ignored = *Source::open(project.root() + "/outer", project.home(), project.clock);
  CHECK(*ignored.files() == Strings{"c"});
}

TEST_CASE("facts change with content, with names and with nothing else") {
  Project project;
  project.write("a", "1");
  project.write("b", "2");
  const auto digest = [&] {
    auto source = project.open();
    const auto facts = source.facts({});
    REQUIRE(facts.ok());
    REQUIRE(source.save_stat_cache().ok() == (*kind_of(project.home()) == PathKind::directory));
    return facts->digest;
  };
  const Digest before = digest();
  REQUIRE(make_directories(project.home()).ok());
  CHECK(digest() == before);
  CHECK(digest() == before);  // now from the stat cache
  SUBCASE("content") {
    project.write("a", "3");
    CHECK(digest() != before);
    project.write("a", "1");
    CHECK(digest() == before);
  }
  SUBCASE("another file") {
    project.write("c", "");
    CHECK(digest() != before);
  }
  SUBCASE("a name") {
    REQUIRE(rename_path(project.root() + "/a", project.root() + "/c").ok());
    CHECK(digest() != before);
  }
  SUBCASE("times and permissions") {
    REQUIRE(chmod((project.root() + "/a").c_str(), 0600) == 0);
    REQUIRE(utimensat(AT_FDCWD, (project.root() + "/a").c_str(), nullptr, 0) == 0);
    CHECK(digest() == before);
  }
}

TEST_CASE("facts are written a line each, and names cannot imitate lines") {
  Project project;
  project.write("src/a.py", "x");
  auto source = project.open();
  const auto facts = *source.facts({{"src/a.py", "src/none.py"}});
  CHECK(to_text(facts) == "file src/a.py " + sha256("x").hex() + "\nabsent src/none.py\n");
  CHECK(facts.digest == sha256(to_text(facts)));
  project.write("src/b\nfile src/c", "x");
  CHECK(to_text(*source.facts({{"src/b*"}})) ==
        "file src/b\\x0afile\\x20src/c " + sha256("x").hex() + "\nlisting src/b* " +
            sha256(std::string_view("src/b\nfile src/c\0", 17)).hex() + "\n");
}

TEST_CASE("globs select files, ignored by git or not, and what they miss is said") {
  Project project;
  project.write("src/a.py", "x");
  project.write("src/deep/b.py", "x");
  project.write("src/deep/b.txt", "x");
  project.write("src/__pycache__/c.py", "x");
  project.write("lib/d.py", "x");
  project.write("generated.py", "x");
  project.write(".venv/x.py", "x");
  project.write(".gitignore", "generated.py\n");
  if (have_git()) project.git({"init", "-q"});
  auto source = project.open();
  CHECK(files_of(source, {"src/**.py"}) == Strings{"src/a.py", "src/deep/b.py"});
  CHECK(files_of(source, {"src"}) == Strings{"src/a.py", "src/deep/b.py", "src/deep/b.txt"});
  CHECK(source.facts({.globs = {}, .is_whole = false})->facts.empty());
  CHECK(files_of(source, {"generated.py", "src/*.py", "src/a.py"}) ==
        Strings{"generated.py", "src/a.py"});
  CHECK(files_of(source, {"**.py"}) ==
        Strings{"generated.py", "lib/d.py", "src/a.py", "src/deep/b.py"});
  CHECK(files_of(source, {".venv/x.py"}) == Strings{".venv/x.py"});

  const auto none = *source.facts({{"nothing/**.py", "src/a.py/b", "src/a.py/*"}});
  CHECK(lines(none, FactKind::file).empty());
  CHECK(none.notes.size() == 3);
  CHECK(none.notes[0] == "'nothing/**.py' selects no file");
  for (const char* wrong : {"/etc/passwd", "../x", "src/../../x"})
    CHECK(source.facts({{wrong}}).error().code == Errc::invalid);
  REQUIRE(mkfifo((project.root() + "/fifo").c_str(), 0600) == 0);
  CHECK(source.facts({{"fifo"}}).error().code == Errc::invalid);
  CHECK(files_of(source, {"f*"}).empty());
}

TEST_CASE("a link is a fact with its text, and what it leads to inside the project is one too") {
  Project project;
  project.write("real/data.csv", "1");
  project.write(".geartrainignore", "real/\n");
  project.link("real/data.csv", "current.csv");
  project.link("real", "folder");
  auto source = project.open();
  const auto facts = *source.facts({});
  CHECK(lines(facts, FactKind::link) == Strings{"current.csv", "folder"});
  CHECK(lines(facts, FactKind::file) == Strings{".geartrainignore", "real/data.csv"});
  CHECK(source.facts({{"current.csv"}})->digest != source.facts({{"folder"}})->digest);
  CHECK(files_of(source, {"folder/*.csv"}) == Strings{"real/data.csv"});
  CHECK(files_of(source, {"folder/data.csv"}) == Strings{"real/data.csv"});
  CHECK(files_of(source, {"**.csv"}) == Strings{"real/data.csv"});

  project.write("real/data.csv", "2");
  CHECK(source.facts({{"current.csv"}})->digest != facts.digest);
  CHECK(*source.changed_since(facts) == Strings{"real/data.csv"});
  project.write("real/other.csv", "1");
  const auto before = *source.facts({{"current.csv"}});
  REQUIRE(unlink((project.root() + "/current.csv").c_str()) == 0);
  project.link("real/other.csv", "current.csv");
  CHECK(*source.changed_since(before) == Strings{"current.csv"});
  CHECK(source.facts({{"current.csv"}})->digest != before.digest);
}

TEST_CASE("no link leads out of the project, into Geartrain's folder, or around in circles") {
  Project project;
  project.folder.write("outside/secret", "x");
  project.write(".geartrain/own", "x");
  project.link("../outside", "out");
  project.link("../outside/secret", "secret");
  project.link("/etc", "absolute");
  project.link(".geartrain/own", "own");
  project.link("loop", "loop");
  project.link(".", "self");
  project.link("nowhere", "dangling");
  auto source = project.open();
  const auto facts = *source.facts({});
  CHECK(lines(facts, FactKind::file).empty());
  CHECK(lines(facts, FactKind::link) ==
        Strings{"absolute", "dangling", "loop", "out", "own", "secret", "self"});
  CHECK(facts.notes.size() == 6);
  CHECK(files_of(source, {"out/secret"}).empty());
  CHECK(files_of(source, {"out/*"}).empty());

  // A folder that becomes a link after it was listed: the file behind it is not read.
  const auto before = [&] {
    project.write("folder/secret", "mine");
    return *source.facts({{"folder/**"}});
  }();
  REQUIRE(remove_tree(project.root() + "/folder").ok());
  project.link("../outside", "folder");
  CHECK(*source.changed_since(before) == Strings{"folder/secret"});
}

TEST_CASE("what changed is told from the stamps, without reading") {
  Project project;
  for (const char* name : {"a", "b", "c", "d"}) project.write(name, "x");
  auto source = project.open();
  const auto facts = *source.facts({{"*", "none"}});
  CHECK(source.changed_since(facts)->empty());
  project.write("b", "x");  // the same bytes again: a step could have seen others in between
  REQUIRE(unlink((project.root() + "/c").c_str()) == 0);
  project.write("none", "");
  CHECK(*source.changed_since(facts) == Strings{"b", "c", "none"});
}

TEST_CASE("a file that was young when it was hashed is hashed again, not trusted") {
  Project project;
  project.write("a", "1");
  REQUIRE(make_directories(project.home()).ok());
  // The files' clock and ours agree: the file is younger than two seconds.
  FakeClock now{SystemClock().now()};
  auto source = *Source::open(project.root(), project.home(), now);
  const auto facts = *source.facts({});
  REQUIRE(source.save_stat_cache().ok());
  CHECK(*kind_of(project.home() + "/stat-cache") == PathKind::nothing);
  // The same stamp with other bytes cannot be made on purpose; other facts with the same stamp can.
  SourceFacts forged = facts;
  forged.facts.back().digest = sha256("2");
  CHECK(*source.changed_since(forged) == Strings{"a"});
  CHECK(source.changed_since(facts)->empty());
}

TEST_CASE("a file that cannot be read is refused with what to do") {
  if (geteuid() == 0) {
    MESSAGE("SKIP: root reads everything");
    return;
  }
  Project project;
  project.write("a", "1");
  REQUIRE(chmod((project.root() + "/a").c_str(), 0) == 0);
  auto source = project.open();
  const auto facts = source.facts({});
  CHECK(facts.error().code == Errc::denied);
  CHECK(facts.error().hint.contains(".geartrainignore"));
}

TEST_CASE("many files are hashed all, each as itself") {
  Project project;
  for (int i = 0; i < 300; ++i) project.write(fmt::format("d{}/f{}", i % 7, i), std::to_string(i));
  auto source = project.open();
  const auto facts = *source.facts({{"d*"}});
  CHECK(facts.facts.size() == 301);
  for (const auto& fact : facts.facts)
    if (fact.kind == FactKind::file)
      CHECK(fact.digest == sha256(fact.path.substr(fact.path.find('f') + 1)));
}

TEST_CASE("a program's digest follows links and is remembered") {
  Project project;
  project.folder.write("bin/tool-1", "one");
  REQUIRE(symlink("tool-1", (project.folder / "bin/tool").c_str()) == 0);
  auto source = project.open();
  CHECK(*source.digest_of_program(project.folder / "bin/tool") == sha256("one"));
  CHECK(*source.digest_of_program(project.folder / "bin/tool") == sha256("one"));
  project.folder.write("bin/tool-1", "two");
  CHECK(*source.digest_of_program(project.folder / "bin/tool") == sha256("two"));
  CHECK(source.digest_of_program(project.folder / "bin/none").error().code == Errc::not_found);
}

}  // namespace gt
