#include "base/glob.h"

#include <doctest/doctest.h>
#include <fnmatch.h>
#include <rapidcheck.h>

namespace gt {

namespace {

bool matches(std::string_view pattern, std::string_view path,
             GlobDialect dialect = GlobDialect::plain) {
  return Glob::parse(pattern, dialect)->matches(path);
}

bool ignores(std::string_view pattern, std::string_view path) {
  return matches(pattern, path, GlobDialect::ignore);
}

bool selects(std::string_view pattern, std::string_view path) {
  return Glob::parse_selection(pattern)->selects(path);
}

}  // namespace

TEST_CASE("wildcards stay inside a segment") {
  CHECK(matches("src/*.py", "src/a.py"));
  CHECK(matches("src/*.py", "src/.py"));
  CHECK_FALSE(matches("src/*.py", "src/a/b.py"));
  CHECK(matches("a?c", "abc"));
  CHECK_FALSE(matches("a?c", "a/c"));
  CHECK_FALSE(matches("a[!x]c", "a/c"));
  CHECK_FALSE(matches("*", "a/b"));
  CHECK(matches("a", "a"));
  CHECK_FALSE(matches("a", "ab"));
  CHECK_FALSE(matches("ab", "a"));
}

TEST_CASE("two stars inside a segment cross folders, in the plain dialect only") {
  for (const char* path : {"src/a.py", "src/a/b.py", "src/a/b/c.py"})
    CHECK(matches("src/**.py", path));
  CHECK_FALSE(matches("src/**.py", "lib/a.py"));
  CHECK_FALSE(matches("src/**.py", "src/a.pyc"));
  CHECK(ignores("src/**.py", "src/a.py"));
  CHECK_FALSE(ignores("src/**.py", "src/a/b.py"));
}

TEST_CASE("a segment of two stars is any number of folders") {
  for (const auto dialect : {GlobDialect::plain, GlobDialect::ignore}) {
    CHECK(matches("**/x", "x", dialect));
    CHECK(matches("**/x", "a/b/x", dialect));
    CHECK_FALSE(matches("**/x", "a/bx", dialect));
    CHECK(matches("a/**/b", "a/b", dialect));
    CHECK(matches("a/**/b", "a/x/y/b", dialect));
    CHECK_FALSE(matches("a/**/b", "ab", dialect));
    CHECK_FALSE(matches("a/**/b", "a/xb", dialect));
    CHECK(matches("a/**", "a/x/y", dialect));
    CHECK_FALSE(matches("a/**", "a", dialect));
    CHECK_FALSE(matches("a/**", "a/", dialect));
    CHECK(matches("**/a/**/b/**", "x/a/y/b/z", dialect));
    CHECK(matches("****/x", "x", dialect));
    CHECK(matches("a/***/x", "a/b/c/x", dialect));
    CHECK(matches("a/***", "a/b/c", dialect));
  }
  CHECK(matches("**", "a/b"));
}

TEST_CASE("sets have ranges, classes, negation and escapes") {
  CHECK(matches("[a-c]x", "bx"));
  CHECK_FALSE(matches("[a-c]x", "dx"));
  CHECK(matches("[!a-c]x", "dx"));
  CHECK(matches("[^a-c]x", "dx"));
  CHECK(matches("[]a]", "]"));
  CHECK(matches("[a-]", "-"));
  CHECK(matches("[\\]]", "]"));
  CHECK(matches("[[:digit:][:upper:]]", "Q"));
  CHECK_FALSE(matches("[[:digit:]]", "q"));
  CHECK(matches("\\*\\[", "*["));
  CHECK_FALSE(matches("\\*", "x"));
}

TEST_CASE("a pattern that cannot be is refused") {
  for (const char* wrong : {"", "a[b", "a\\", "[[:nothing:]]", "[[:alpha"}) {
    CAPTURE(wrong);
    CHECK(Glob::parse(wrong, GlobDialect::plain).error().code == Errc::invalid);
  }
  CHECK_FALSE(Glob::parse(std::string(5000, 'a'), GlobDialect::plain).ok());
}

TEST_CASE("a selection stays in the project") {
  for (const char* wrong :
       {"/etc/passwd", "../x", "a/../../x", "..", "", "./", "a//b", "a/./b", "src/*.{py,sql}"}) {
    CAPTURE(wrong);
    CHECK(Glob::parse_selection(wrong).error().code == Errc::invalid);
  }
  CHECK_FALSE(Glob::parse_selection(std::string_view("a\0b", 3)).ok());
  CHECK(selects("./src/a.py", "src/a.py"));
  CHECK(selects(".//src/a.py", "src/a.py"));
  CHECK(selects("a..b", "a..b"));
  CHECK(selects("\\{a,b}", "{a,b}"));
}

TEST_CASE("a folder's name selects all below it") {
  CHECK(selects("src", "src/a/b.py"));
  CHECK(selects("src/", "src/a/b.py"));
  CHECK(selects("*/gen", "src/gen/x"));
  CHECK_FALSE(selects("src", "srcs/a"));
  CHECK_FALSE(selects("*/gen", "src/gen2/x"));
}

TEST_CASE("what every match begins with is known") {
  CHECK(Glob::parse_selection("src/a/**.py")->fixed_folder() == "src/a");
  CHECK(Glob::parse_selection("src/a*")->fixed_folder() == "src");
  CHECK(Glob::parse_selection("*.py")->fixed_folder().empty());
  CHECK(Glob::parse_selection("src/a.py")->is_literal());
  CHECK(Glob::parse_selection("src/\\*")->literal_prefix() == "src/*");
}

TEST_CASE("a hostile pattern takes no more than its share of time") {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a**a";
  CHECK_FALSE(matches(pattern + "b", std::string(3000, 'a')));
}

TEST_CASE("without two stars in a row, a glob matches as fnmatch(3) with FNM_PATHNAME") {
  CHECK(rc::check([] {
    const auto text = [](std::initializer_list<char> letters) {
      return *rc::gen::container<std::string>(rc::gen::elementOf(std::string(letters)));
    };
    const std::string pattern = "x" + text({'a', 'b', '/', '*', '?'});
    const std::string path = "x" + text({'a', 'b', '/'});
    RC_PRE(pattern.find("**") == std::string::npos);
    RC_ASSERT(matches(pattern, path) ==
              (fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0));
  }));
}

}  // namespace gt
