#include "definition/render_problems.h"

#include <doctest/doctest.h>

using namespace gt;

namespace {

std::string render_problem(const Problem& problem, const ProblemSource& source, Colors colors) {
  return gt::render_problem(problem, std::span(&source, 1), colors);
}
Json problem_to_json(const Problem& problem, const ProblemSource& source) {
  return gt::problem_to_json(problem, std::span(&source, 1));
}

const Problem unknown_key = {.severity = Severity::error,
                             .position = {2, 3},
                             .message = "unknown key `ouputs`",
                             .expected = "a key",
                             .hint = "did you mean `outputs`?"};

}  // namespace

TEST_CASE("a problem shows its place, its line, what was expected and what to do") {
  CHECK(render_problem(unknown_key, {.file_name = "a b.yaml", .text = "steps:\n  ouputs: x\n"},
                       Colors::none) ==
        "a b.yaml:2:3: error: unknown key `ouputs`\n"
        "    2 |   ouputs: x\n"
        "      |   ^\n"
        "  expected: a key\n"
        "  hint: did you mean `outputs`?\n");
}

TEST_CASE(
    "the mark stands below its character behind tabs, wide characters and control characters") {
  const Problem problem = {.position = {1, 4}, .message = "x"};
  CHECK(render_problem(problem, {.file_name = "f", .text = "\té\tz\n"}, Colors::none) ==
        "f:1:4: error: x\n    1 |  é z\n      |    ^\n");
  const std::string escaped =
      render_problem(problem, {.file_name = "f", .text = "a\x1b[31m\n"}, Colors::none);
  CHECK(escaped.find('\x1b') == std::string::npos);
}

TEST_CASE("of a long line the part around the place is shown") {
  const std::string line = std::string(500, 'a') + "!" + std::string(500, 'b');
  const std::string text = render_problem({.position = {1, 501}, .message = "x"},
                                          {.file_name = "f", .text = line}, Colors::none);
  CHECK(text.find("…aaa") != std::string::npos);
  CHECK(text.find("bbb…") != std::string::npos);
  const std::size_t mark = text.find('^') - text.rfind('\n', text.find('^'));
  const std::size_t place = text.find('!') - text.rfind('\n', text.find('!'));
  CHECK(mark == place - 2);  // the ellipsis has three bytes and one column
}

TEST_CASE("a problem without a place, or beyond the text, has no line to show") {
  CHECK(render_problem({.severity = Severity::warning, .position = {}, .message = "x"},
                       {.file_name = "f", .text = "a"}, Colors::none) == "f: warning: x\n");
  CHECK(render_problem({.position = {9, 9}, .message = "x"}, {.file_name = "f", .text = "a"},
                       Colors::none) == "f:9:9: error: x\n    9 | \n      | ^\n");
}

TEST_CASE("colours are asked for") {
  const std::string text =
      render_problem(unknown_key, {.file_name = "f", .text = ""}, Colors::ansi);
  CHECK(text.find("\x1b[1;31m") != std::string::npos);
}

TEST_CASE("as JSON a problem has its parts") {
  CHECK(
      compact_json(problem_to_json(unknown_key, {.file_name = "f.yaml", .text = ""})) ==
      R"({"file":"f.yaml","line":2,"column":3,"severity":"error","message":"unknown key `ouputs`",)"
      R"("expected":"a key","hint":"did you mean `outputs`?"})");
  CHECK(
      compact_json(problem_to_json({.severity = Severity::warning, .position = {}, .message = "m"},
                                   {.file_name = "f", .text = ""})) ==
      R"({"file":"f","severity":"warning","message":"m"})");
}

TEST_CASE("each problem is shown with the file that it is in") {
  const std::vector<ProblemSource> sources = {{.file_name = "a.yaml", .text = "one\n"},
                                              {.file_name = "b.yaml", .text = "other\n"}};
  const Problem problem = {.position = {1, 1, 1}, .message = "x"};
  CHECK(gt::render_problem(problem, sources, Colors::none) ==
        "b.yaml:1:1: error: x\n    1 | other\n      | ^\n");
  CHECK(*gt::problem_to_json(problem, sources).find("file")->string() == "b.yaml");
}
