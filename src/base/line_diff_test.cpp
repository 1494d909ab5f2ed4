#include "base/line_diff.h"

#include <charconv>
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <vector>

#include "base/text.h"

using namespace gt;

namespace {

/// What `patch` does, without any tolerance.
std::string patched(std::string_view before, std::string_view patch) {
  const auto lines_of = [](std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
      lines.emplace_back(text.substr(0, end));
      text.remove_prefix(end);
    }
    return lines;
  };
  const auto old_lines = lines_of(before), patch_lines = lines_of(patch);
  std::string now;
  std::size_t at = 0;
  for (std::size_t i = 2; i < patch_lines.size(); ++i) {
    std::string line = patch_lines[i];
    if (line.starts_with("@@ -")) {
      std::size_t start = 0, count = 0;
      const char* const end = line.data() + line.size();
      const auto after = std::from_chars(line.data() + 4, end, start);
      std::from_chars(after.ptr + 1, end, count);
      if (count > 0) --start;
      while (at < start) now += old_lines.at(at++);
      continue;
    }
    if (line.starts_with("\\")) continue;
    if (i + 1 < patch_lines.size() && patch_lines[i + 1].starts_with("\\")) line.pop_back();
    if (line[0] != '+') RC_ASSERT(old_lines.at(at++) == line.substr(1));
    if (line[0] != '-') now += line.substr(1);
  }
  while (at < old_lines.size()) now += old_lines[at++];
  return now;
}

}  // namespace

TEST_CASE("a patch has three lines of context, and hunks that touch are one") {
  CHECK(unified_diff("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n", "a\nb\nc\nd\nE\nf\ng\nh\ni\nj\nk\nl",
                     {"x", "y"}) ==
        "--- x\n+++ y\n"
        "@@ -2,10 +2,11 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n i\n j\n k\n+l\n"
        "\\ No newline at end of file\n");
  CHECK(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n", {"x", "y"}) ==
        "--- x\n+++ y\n"
        "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n"
        "@@ -6,4 +7,3 @@\n 6\n 7\n 8\n-9\n");
}

TEST_CASE("an empty side is named by the line before it") {
  CHECK(unified_diff("", "a\n", {"/dev/null", "b"}) ==
        "--- /dev/null\n+++ b\n@@ -0,0 +1,1 @@\n+a\n");
  CHECK(unified_diff("a\n", "", {"a", "/dev/null"}) ==
        "--- a\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
  CHECK(unified_diff("a\n", "a\n", {"a", "b"}).empty());
  CHECK(unified_diff("a", "a\n", {"a", "b"}) ==
        "--- a\n+++ b\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST_CASE("texts that have nothing in common are a right patch, too") {
  std::string before, now;
  for (int i = 0; i < 3000; ++i) {
    before += fmt::format("old {}\n", i);
    now += fmt::format("new {}\n", i);
  }
  CHECK(patched(before, unified_diff(before, now, {"a", "b"})) == now);
}

TEST_CASE("a patch makes the new text of the old one") {
  const bool holds = rc::check([] {
    const auto text = [] {
      const auto lines = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
      std::string all;
      for (const int line : lines) all += fmt::format("{}\n", line);
      if (!all.empty() && *rc::gen::arbitrary<bool>()) all.pop_back();
      return all;
    };
    const std::string before = text(), now = text();
    RC_ASSERT(patched(before, unified_diff(before, now, {"a", "b"})) == now);
  });
  CHECK(holds);
}
