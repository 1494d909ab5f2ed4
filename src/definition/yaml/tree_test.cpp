#include "definition/yaml/tree.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

using namespace gt;

namespace {

/// A short form of a tree, to compare: text "x", other scalars bare, [..], {..}.
std::string shown(YamlNode node) {
  std::string text;
  switch (node.kind()) {
    case YamlKind::text:
      return fmt::format("\"{}\"", node.text());
    case YamlKind::null:
      return "null";
    case YamlKind::boolean:
    case YamlKind::integer:
    case YamlKind::real:
      return fmt::format("{}:{}", describe(node.kind()), node.text());
    case YamlKind::list:
      for (const YamlNode item : node.items()) text += (text.empty() ? "" : ", ") + shown(item);
      return "[" + text + "]";
    case YamlKind::mapping:
      for (const YamlEntry entry : node.entries()) {
        text +=
            fmt::format("{}{}: {}", text.empty() ? "" : ", ", entry.key.text(), shown(entry.value));
      }
      return "{" + text + "}";
  }
  return text;
}

struct Parsed {
  Problems problems;
  YamlTree tree;
  explicit Parsed(std::string_view text, const YamlLimits& limits = {})
      : tree(parse_yaml(text, problems, limits)) {}
  std::string shown_tree() const { return tree.root() ? shown(*tree.root()) : "none"; }
  /// "line:column message" of the only problem.
  std::string problem() const {
    if (problems.size() != 1) return fmt::format("{} problems", problems.size());
    return fmt::format("{}:{} {}", problems[0].position.line, problems[0].position.column,
                       problems[0].message);
  }
};

}  // namespace

TEST_CASE("plain scalars have the types of YAML 1.2's core schema, quoted ones are text") {
  const auto kind_of = [](const std::string& text) {
    const Parsed parsed("[" + text + "]");
    REQUIRE(parsed.problems.empty());
    return std::string(describe((*(*parsed.tree.root()).items().begin()).kind()));
  };
  for (const char* text : {"1", "-12", "+3", "0o17", "0xFf", "007"})
    CHECK(kind_of(text) == "an integer");
  for (const char* text : {"1.5", "-1.", ".5", "1e3", "+1.5E-3", ".inf", "-.INF", ".nan"}) {
    CHECK(kind_of(text) == "a number");
  }
  for (const char* text : {"true", "False", "TRUE"}) CHECK(kind_of(text) == "a boolean");
  for (const char* text : {"~", "null", "Null"}) CHECK(kind_of(text) == "nothing");
  for (const char* text : {"yes", "no", "on", "off", "1:30", "1_000", "2013-01-01", "0b11", "+.nan",
                           "1e", ".", "-", "0x", "tRue", "\"1\"", "'true'", "\"\"", "1.2.3"}) {
    CHECK_MESSAGE(kind_of(text) == "text", text);
  }
}

TEST_CASE("nodes know their lines and columns in characters") {
  const Parsed parsed("é: [ü, {k: v}]\nlong:\n  - x\n");
  REQUIRE(parsed.problems.empty());
  const YamlNode root = *parsed.tree.root();
  const YamlNode inner = *root.find("é");
  CHECK(inner.position() == Position{1, 4});
  const auto second = *++inner.items().begin();
  CHECK(second.position() == Position{1, 8});
  CHECK(second.find("k")->position() == Position{1, 12});
  CHECK((*root.find("long")->items().begin()).position() == Position{3, 5});
}

TEST_CASE("a scalar tells where its text stands, for messages about a place in it") {
  const Parsed parsed("a: plain\nb: \"quoted\"\nc: |\n    one\n      two\nd: >-\n\n  folded\n");
  REQUIRE(parsed.problems.empty());
  const YamlNode root = *parsed.tree.root();
  CHECK(root.find("a")->origin().start == Position{1, 4});
  CHECK(root.find("b")->origin().start == Position{2, 5});
  CHECK(root.find("c")->origin().start == Position{4, 5});
  CHECK(root.find("c")->origin().next_lines_column == 5);
  CHECK(root.find("d")->origin().start == Position{7, 3});
}

TEST_CASE("aliases share what their anchors hold") {
  const Parsed parsed("base: &b {x: [1, 2]}\none: *b\ntwo: [*b, *b]\n");
  CHECK(parsed.problems.empty());
  CHECK(parsed.shown_tree() ==
        "{base: {x: [an integer:1, an integer:2]}, one: {x: [an integer:1, an integer:2]}, "
        "two: [{x: [an integer:1, an integer:2]}, {x: [an integer:1, an integer:2]}]}");
}

TEST_CASE("a bomb of aliases is refused before it costs anything") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 40; ++i) {
    bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  }
  const Parsed parsed(bomb);
  CHECK(parsed.problem() == "6:35 aliases stand for more than 100000 values");
  CHECK(parsed.tree.is_truncated());
}

TEST_CASE("what is legal YAML and a trap is a problem, and the rest is still read") {
  struct Wrong {
    const char* text;
    const char* problem;
    const char* tree;
  };
  const std::vector<Wrong> table = {
      {"a: 1\na: 2\n", "2:1 the key `a` stands twice, first in line 1", "{a: an integer:1}"},
      {"a: 1\n\"a\": 2\nb: 3\n", "2:1 the key `a` stands twice, first in line 1",
       "{a: an integer:1, b: an integer:3}"},
      {"x: &x {a: 1}\ny:\n  <<: *x\n  b: 2\n", "3:3 merge keys (`<<`) are not part of YAML 1.2",
       "{x: {a: an integer:1}, y: {b: an integer:2}}"},
      {"a: !!str 5\n", "1:4 the tag tag:yaml.org,2002:str", "{a: an integer:5}"},
      {"a: !include x\n", "1:4 the tag !include", "{a: \"x\"}"},
      {"a: 1\n---\nb: 2\n", "2:1 a second document", "{a: an integer:1}"},
      {"a: *b\n", "1:4 the alias *b has no anchor before it", "{a: null}"},
      {"a: &a [*a]\n", "1:8 the alias *a stands inside its own anchor", "{a: [null]}"},
      {"? [1, 2]\n: x\nb: y\n", "1:3 a list as a key", "{b: \"y\"}"},
  };
  for (const Wrong& wrong : table) {
    CAPTURE(wrong.text);
    const Parsed parsed(wrong.text);
    CHECK(parsed.problem() == wrong.problem);
    CHECK(parsed.shown_tree() == wrong.tree);
  }
}

TEST_CASE("a syntax error has its place and a way out, and what stands before it is known") {
  struct Wrong {
    const char* text;
    const char* problem;
    const char* hint;
  };
  const std::vector<Wrong> table = {
      {"a:\n\t- x\n", "2:1 a tab as indentation", ""},
      {"a: @x\n", "1:4 text cannot start with `@`", "put it into quotes: \"@…\""},
      {"a: b: c\n", "1:5 a `:` where no key can stand",
       "put text that contains `: ` into quotes, and check the indentation"},
      {"a: \"open\nb: 1\n", "1:4 a quote that is never closed", ""},
      {"a: *.py\n", "1:5 no name behind `*` or `&`",
       "put text that starts with `*` or `&` into quotes"},
      {"a: [x, ${{ y }}]\n", "1:9 an expression inside [ ] or { } without quotes",
       "put the expression into double quotes"},
      {"a:\n  - x\n y: 1\n", "3:2 this does not continue the mapping that starts in line 1",
       "check the indentation"},
      {"a: 1\nb\n", "3:1 a key without `:`", "the key may be the one in line 2"},
      {"a: 1\n...\nb: 2\n", "3:1 more text behind the end of the document",
       "check the indentation"},
  };
  for (const Wrong& wrong : table) {
    CAPTURE(wrong.text);
    const Parsed parsed(wrong.text);
    CHECK(parsed.problem() == wrong.problem);
    if (!parsed.problems.empty()) CHECK(parsed.problems[0].hint == wrong.hint);
    CHECK(parsed.tree.is_truncated());
  }
  const Parsed parsed("a: {b: 1}\nc: [1, 2\n");
  CHECK(parsed.shown_tree().starts_with("{a: {b: an integer:1}"));
  CHECK(parsed.tree.root()->is_incomplete());
  CHECK_FALSE(parsed.tree.root()->find("a")->is_incomplete());
}

TEST_CASE("bytes that are no plain UTF-8 text are refused with their place") {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> table = {
      {"a: 1\nb: \xFF\n", "2:4 bytes that are not UTF-8"},
      {"a: é\xC3", "1:5 bytes that are not UTF-8"},
      {"a: \0"s, "1:4 the control character U+0000"},
      {"a: é\x07", "1:5 the control character U+0007"},
      {"a: 1\rb: 2\n", "1:5 a carriage return without a line feed"},
      {"a: x\xE2\x80\xA8y\n", "1:5 the line break U+2028"},
      {"a: x\xC2\x85y\n", "1:5 the line break U+0085"},
      {"a: x\xC2\x9By\n", "1:5 the control character U+009B"},
      {"\xFF\xFE"
       "a\0"s,
       "1:1 bytes that are not UTF-8"},
  };
  for (const auto& [text, problem] : table) {
    CAPTURE(problem);
    CHECK(Parsed(text).problem() == problem);
  }
  CHECK(Parsed("\xEF\xBB\xBF"
               "a: 1\r\n")
            .shown_tree() == "{a: an integer:1}");
}

TEST_CASE("what is missing at the end of the file stands there, not in a line after it") {
  for (const std::string text : {"?", "é:"}) {
    const Parsed parsed(text);
    const YamlNode value = (*parsed.tree.root()->entries().begin()).value;
    CAPTURE(text);
    CHECK(value.position().line == 1);
    CHECK(value.position().column <= 3);
  }
}

TEST_CASE("size and depth have limits") {
  CHECK(Parsed("a: 12345", {.file_bytes_max = 4}).problem() == "1:1 the file has 8 B");
  CHECK(Parsed(std::string(65, '[') + std::string(65, ']')).problem() ==
        "1:65 nested deeper than 64 levels");
  CHECK(Parsed(std::string(64, '[') + std::string(64, ']')).problems.empty());
  CHECK(Parsed(std::string(1'000'000, '[')).problem() == "1:65 nested deeper than 64 levels");
}

TEST_CASE("a mapping of many keys finds its duplicates too") {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += fmt::format("key{}: {}\n", i, i);
  text += "key777: again\n";
  const Parsed parsed(text);
  CHECK(parsed.problem() == "20001:1 the key `key777` stands twice, first in line 778");
  CHECK(parsed.tree.root()->size() == 20'000);
}

TEST_CASE("an empty file has no root, and no problem of YAML") {
  for (const char* text : {"", "\n", "# nothing\n", "---\n...\n"}) {
    const Parsed parsed(text);
    CHECK(parsed.problems.empty());
  }
  CHECK_FALSE(Parsed("").tree.root());
}

TEST_CASE("no bytes make the reader crash, and all positions are in the file") {
  const auto piece = rc::gen::elementOf(std::vector<std::string>{
      "a",           "key", ": ", ":",    "\n",       "\n  ", "\n    ", "- ",   "[",     "]",
      "{",           "}",   ",",  "\"",   "'",        "|\n",  ">-\n",   "&a ",  "*a",    "!t ",
      "<<",          "? ",  "#",  "\t",   "${{ x }}", "\\",   "é",      "\xFF", "---\n", "...",
      "%YAML 1.2\n", "1",   "~",  "true", "@",        "`",    "\r\n"});
  CHECK(rc::check([&] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(piece);
    std::string text;
    for (const auto& one : pieces) text += one;
    const Parsed parsed(text);
    if (parsed.tree.root()) shown(*parsed.tree.root());
    const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n')) + 1;
    for (const Problem& problem : parsed.problems) {
      RC_ASSERT(problem.position.line >= 1);
      RC_ASSERT(problem.position.line <= lines + 1);
    }
  }));
}
