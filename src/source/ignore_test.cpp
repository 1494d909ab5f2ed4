#include "source/ignore.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/file.h"
#include "base/test_folder.h"
#include "base/text.h"
#include "process/command.h"

namespace gt {

namespace {

bool ignored(std::string_view rules, std::string_view path, EntryKind kind = EntryKind::file) {
  IgnoreRules parsed;
  parsed.add(rules);
  return parsed.ignores_with_parents(path, kind);
}

// With a slash before two stars that stand after other characters of a segment. The manual calls
// such stars regular asterisks, and so do we; git itself cuts off the literal text in front first,
// and then takes "a**/b" for "a", "**/b".
std::string without_stars_inside_segments(std::string_view rules) {
  std::string result;
  while (!rules.empty()) {
    const std::size_t stars = std::min(rules.find_first_not_of('*'), rules.size());
    if (stars >= 2 && !result.empty() && !std::string_view("/\n!").contains(result.back()))
      result += '/';
    const std::size_t taken = std::max<std::size_t>(stars, 1);
    result += rules.substr(0, taken);
    rules.remove_prefix(taken);
  }
  return result;
}

}  // namespace

TEST_CASE("a pattern without a slash counts at any depth, one with a slash from the folder") {
  CHECK(ignored("x", "x"));
  CHECK(ignored("x", "a/x"));
  CHECK(ignored("/x", "x"));
  CHECK_FALSE(ignored("/x", "a/x"));
  CHECK(ignored("a/x", "a/x"));
  CHECK_FALSE(ignored("a/x", "b/a/x"));
  CHECK(ignored("**/a/x", "b/a/x"));
  CHECK(ignored("*.pyc", "a/b/c.pyc"));
}

TEST_CASE("a slash at the end means folders, with all that is in them") {
  CHECK(ignored("build/", "build/x/y"));
  CHECK(ignored("build/", "a/build/x"));
  CHECK(ignored("build/", "build", EntryKind::directory));
  CHECK_FALSE(ignored("build/", "build", EntryKind::file));
}

TEST_CASE("later rules win, but not against an ignored folder") {
  CHECK_FALSE(ignored("*.csv\n!keep.csv", "a/keep.csv"));
  CHECK(ignored("!keep.csv\n*.csv", "keep.csv"));
  CHECK(ignored("data/\n!data/keep.csv", "data/keep.csv"));
  CHECK_FALSE(ignored("data/*\n!data/keep.csv", "data/keep.csv"));
}

TEST_CASE("comments, blanks, escapes and other systems' line ends are understood") {
  CHECK_FALSE(ignored("#x", "#x"));
  CHECK(ignored("\\#x", "#x"));
  CHECK(ignored("\\!x", "!x"));
  CHECK(ignored("x  ", "x"));
  CHECK(ignored("x\\ ", "x "));
  CHECK(ignored("x\r\ny\r\n", "y"));
  CHECK(ignored("\xef\xbb\xbfx", "x"));
  CHECK_FALSE(ignored("\n\n[", "["));
}

TEST_CASE("the default rules know what is no source") {
  const auto rules = default_ignore_rules();
  for (const char* path :
       {".git/HEAD", ".git", ".geartrain/x", "a/__pycache__/m.pyc", ".venv/bin/python",
        "node_modules/x/y.js", "nb/.ipynb_checkpoints/x.ipynb", ".DS_Store"}) {
    CAPTURE(path);
    CHECK(ignored(rules, path));
  }
  for (const char* path :
       {"src/train.py", ".gitignore", "environment.yaml", "venv.py", "pycache"}) {
    CAPTURE(path);
    CHECK_FALSE(ignored(rules, path));
  }
}

TEST_CASE("random rules agree with git itself") {
  const TestFolder folder;
  if (!run_command({.argv = {"git", "init", "-q", folder.path()}}).ok()) {
    MESSAGE("SKIP: there is no git");
    return;
  }
  const std::vector<std::string> paths = {"a",   "b",     "ab",    "a/a",   "a/b",
                                          "b/a", "b/b/a", "c/a/b", "c/ab/a"};
  // "a" and "b" are folders in some paths and files in others, so each path gets a tree of its own.
  std::string ask;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    folder.write(fmt::format("t{}/{}", i, paths[i]), "");
    ask += fmt::format("t{}/{}\n", i, paths[i]);
  }
  folder.write("ask", ask);
  const auto result = rc::check([&] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "a", "b", "c", "*", "?", "**", "/", "/", "!", "\n", "\n", "[ab]"));
    std::string rules;
    for (const auto& piece : pieces) rules += piece;
    rules = without_stars_inside_segments(rules);
    for (std::size_t i = 0; i < paths.size(); ++i)
      folder.write(fmt::format("t{}/.gitignore", i), rules);
    const auto asked =
        run_command({.argv = {"sh", "-c", "git check-ignore --no-index --stdin < ask"},
                     .directory = folder.path()});
    RC_ASSERT(asked.ok());
    std::string ours;
    for (std::size_t i = 0; i < paths.size(); ++i)
      if (ignored(rules, paths[i])) ours += fmt::format("t{}/{}\n", i, paths[i]);
    RC_LOG(rules);
    RC_ASSERT(ours == asked->output);
  });
  CHECK(result);
}

}  // namespace gt
