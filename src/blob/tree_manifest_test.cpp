#include "blob/tree_manifest.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <map>
#include <rapidcheck.h>

namespace gt {

TEST_CASE("a manifest has a line for each entry, sorted by path") {
  std::vector<TreeEntry> entries = {
      {.path = "run.sh", .kind = TreeEntry::Kind::executable, .bytes = 3, .digest = sha256("abc")},
      {.path = "empty", .kind = TreeEntry::Kind::empty_folder},
      {.path = "data/new\nline", .bytes = 0, .digest = sha256("")},
      {.path = "a link", .kind = TreeEntry::Kind::link, .target = "data/new\nline"},
  };
  const std::string text = tree_text(entries);
  CHECK(text.starts_with("geartrain tree 1\nlink "));
  CHECK(std::ranges::count(text, '\n') == 5);
  CHECK(text.find("\nfolder empty\n755 3 " + sha256("abc").hex() + " run.sh\n") !=
        std::string::npos);
  CHECK(*parse_tree(text) == entries);
}

TEST_CASE("reading a manifest is the inverse of writing it") {
  CHECK(rc::check([](std::map<std::string, std::string> names) {
    std::vector<TreeEntry> entries;
    int turn = 0;
    for (auto& [path, target] : names) {
      if (path.empty() || path.contains('/') || path == "." || path == "..") continue;
      TreeEntry entry{.path = "deep/" + path, .kind = static_cast<TreeEntry::Kind>(turn++ % 4)};
      if (entry.is_file()) {
        entry.bytes = static_cast<std::int64_t>(target.size());
        entry.digest = sha256(target);
      }
      if (entry.kind == TreeEntry::Kind::link) entry.target = target;
      entries.push_back(entry);
    }
    const std::string text = tree_text(entries);
    RC_ASSERT(*parse_tree(text) == entries);
    TreeTotals totals{.entries = std::ssize(entries)};
    for (const TreeEntry& entry : entries) {
      totals.files += entry.is_file() ? 1 : 0;
      totals.bytes += entry.bytes;
    }
    RC_ASSERT(*tree_totals(text) == totals);
  }));
}

TEST_CASE("a damaged manifest is refused with the line") {
  for (const char* text : {"", "geartrain tree 2\n", "geartrain tree 1"}) {
    CHECK(parse_tree(text).error().message.starts_with("line 1 "));
    CHECK_FALSE(tree_totals(text).ok());
  }
  for (const char* text : {"644 1 0", "644 x\n", "644 \n", "755 1\n"})
    CHECK_FALSE(tree_totals("geartrain tree 1\n" + std::string(text)).ok());
  const std::string head = "geartrain tree 1\nfolder a\n";
  for (const std::string& line : std::vector<std::string>{
           "644 1 " + sha256("").hex() + " b", "644 1 00 b\n", "600 1 " + sha256("").hex() + " b\n",
           "644 -1 " + sha256("").hex() + " b\n", "folder\n", "link a\n", "\n"})
    CHECK(parse_tree(head + line).error().message.starts_with("line 3 "));
}

TEST_CASE("a tree has one spelling, and no path that leads out of it") {
  const std::string head = "geartrain tree 1\nfolder b\n";
  for (const std::string& line :
       std::vector<std::string>{"folder a\n", "folder b\n", "644 01 " + sha256("").hex() + " c\n",
                                "folder c/../d\n", "folder c//d\n", "folder c/.\n"}) {
    CAPTURE(line);
    CHECK_FALSE(parse_tree(head + line).ok());
  }
  for (const char* path : {"../x", "/x", ".."})
    CHECK_FALSE(parse_tree(fmt::format("geartrain tree 1\nlink y {}\n", path)).ok());
}

TEST_CASE("links stay inside or are refused") {
  CHECK(stays_inside("", "a/b"));
  CHECK(stays_inside("", "./a//b/"));
  CHECK(stays_inside("x", "../a"));
  CHECK(stays_inside("x/y", "../../a"));
  CHECK(stays_inside("x/y", "../.././a"));
  CHECK(!stays_inside("", ""));
  CHECK(!stays_inside("", "/etc/passwd"));
  CHECK(!stays_inside("", ".."));
  CHECK(!stays_inside("x", "../../a"));
  // If `a` is a link to a deeper folder, `a/..` is not where it seems.
  CHECK(!stays_inside("x/y", "a/../b"));
}

}  // namespace gt
