#include "source/version_folder.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/test_folder.h"

using namespace gt;

namespace {

TreeEntry file(const std::string& path, std::string_view content) {
  return {.path = path,
          .kind = TreeEntry::Kind::file,
          .bytes = static_cast<std::int64_t>(content.size()),
          .digest = sha256(content)};
}

TreeEntry link_to(const std::string& path, const std::string& target) {
  return {.path = path, .kind = TreeEntry::Kind::link, .target = target};
}

Result<std::vector<TreeEntry>> parsed(std::vector<TreeEntry> tree) {
  return parse_version_tree(tree_text(tree));
}

struct Fixture {
  TestFolder folder;
  Home home = *Home::open(folder / "home");
  IncomingFiles incoming{home};
  KnownFiles known;

  void put(std::string_view content) {
    REQUIRE(incoming
                .put({.file = sha256(content),
                      .begin = 0,
                      .total = static_cast<std::int64_t>(content.size()),
                      .bytes = content})
                .ok());
  }
};

}  // namespace

TEST_CASE("a list of files that leads out of the project is refused") {
  CHECK(parsed({file("a.py", "a"), link_to("b", "a.py"), link_to("d/e", "../a.py")}).ok());
  CHECK_FALSE(parsed({link_to("b", "/etc/passwd")}).ok());
  CHECK_FALSE(parsed({link_to("b", "../x")}).ok());
  CHECK_FALSE(parse_version_tree("geartrain tree 1\n644 1 " + sha256("a").hex() + " ../x\n").ok());
  CHECK_FALSE(parse_version_tree("no list").ok());
}

TEST_CASE("a list with files below a link, or of Geartrain's own, is refused") {
  CHECK_FALSE(parsed({link_to("a", "b"), file("a/x", "x")}).ok());
  CHECK_FALSE(parsed({file("a", "a"), file("a/x", "x")}).ok());
  CHECK_FALSE(parsed({file(".geartrain/x", "x")}).ok());
  CHECK_FALSE(parsed({file(".git/config", "x")}).ok());
  CHECK(parsed({file(".gitignore", "x")}).ok());
}

TEST_CASE_FIXTURE(Fixture, "what is missing is named once, with its size") {
  const std::vector<TreeEntry> tree = {file("a", "one"), file("b", "one"), file("c", "three")};
  const auto missing = missing_files(tree, known, incoming);
  REQUIRE(missing.size() == 2);
  CHECK(missing[0].digest == sha256("one"));
  CHECK(missing[1].bytes == 5);
  put("one");
  CHECK(missing_files(tree, known, incoming).size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a folder is made of files that have come and of earlier ones") {
  const std::string earlier = folder / "earlier";
  folder.write("earlier/old", "kept");
  add_known_files(std::vector{file("old", "kept")}, earlier, known);
  put("new");
  TreeEntry run = file("bin/run.sh", "new");
  run.kind = TreeEntry::Kind::executable;
  const std::vector<TreeEntry> tree = {run, file("data/old", "kept"),
                                       link_to("start", "bin/run.sh")};
  CHECK(missing_files(tree, known, incoming).empty());
  const std::string made = folder / "made";
  REQUIRE(make_version_folder(tree, known, incoming, made).ok());
  CHECK(*read_file(made + "/data/old") == "kept");
  CHECK(*read_file(made + "/start") == "new");
  struct stat facts{};
  REQUIRE(::stat((made + "/bin/run.sh").c_str(), &facts) == 0);
  CHECK((facts.st_mode & S_IXUSR) != 0);
}

TEST_CASE_FIXTURE(Fixture, "a file that has gone meanwhile is named") {
  const auto made =
      make_version_folder(std::vector{file("a.py", "a")}, known, incoming, folder / "made");
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().message.find("a.py") != std::string::npos);
}
