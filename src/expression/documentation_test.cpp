// docs/reference/expressions.md promises that its examples are run: here.
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "expression/expression.h"
#include "expression/functions.h"
#include "expression/shell_script.h"

namespace gt {
namespace {

std::string page() {
  auto text = read_file(GEARTRAIN_EXPRESSIONS_PAGE);
  REQUIRE(text.ok());
  return *text;
}

// The lines of all blocks ```kind.
std::vector<std::string> examples(const std::string& kind) {
  std::vector<std::string> lines;
  bool is_inside = false;
  const std::string text = page();
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with("```"))
      is_inside = line == "```" + kind;
    else if (is_inside && !line.empty())
      lines.emplace_back(line);
  }
  return lines;
}

// What an example's left side gives, written as its right side is: "error: …", "problem: …", or a
// value.
std::string outcome(std::string_view text) {
  Problems problems;
  const auto expression = Expression::parse(text, {}, problems);
  if (!expression) return "problem: " + problems.at(0).message;
  const auto value = expression->evaluate(ValueContext(ValueObject()));
  if (value.ok()) return canonical_json(*to_json(*value));
  const std::string& message = value.error().message;
  return "error: " + message.substr(message.find(": ") + 2);
}

std::string expected(std::string_view text) {
  const bool is_failure = text.starts_with("error: ") || text.starts_with("problem: ");
  return is_failure ? std::string(text) : outcome(text);
}

TEST_CASE("every example of the page gives what the page says") {
  const auto lines = examples("expressions");
  CHECK(lines.size() > 60);
  for (const std::string& line : lines) {
    const std::size_t arrow = line.find(" => ");
    REQUIRE_MESSAGE(arrow != std::string::npos, line);
    CHECK_MESSAGE(outcome(trim(line.substr(0, arrow))) == expected(trim(line.substr(arrow + 4))),
                  line);
  }
}

class PageTypes final : public TypeContext {
 public:
  Found find(NamePath path) const override {
    const std::string text = to_text(path);
    if (text == "params" || text == "outputs") return Scope();
    if (text == "params.name" || text == "outputs.log") return Type(Type::Kind::string);
    if (text == "params.n") return Type(Type::Kind::integer);
    if (text == "params.depths") return Type::list_of(Type::Kind::integer);
    return Missing();
  }
  std::vector<std::string> names(NamePath) const override { return {}; }
};

Problems script_problems(const std::string& line) {
  Problems problems;
  const auto script = ShellScript::compile(line, {}, problems);
  if (script) script->check_types(PageTypes(), problems);
  return problems;
}

TEST_CASE("scripts of the page are accepted, refused or warned of as it says") {
  const auto accepted = examples("bash");
  const auto refused = examples("bash-refused");
  const auto warned = examples("bash-warned");
  CHECK(std::min({accepted.size(), refused.size(), warned.size()}) >= 4);
  for (const auto& line : accepted) CHECK_MESSAGE(script_problems(line).empty(), line);
  for (const auto& line : refused) CHECK_MESSAGE(has_error(script_problems(line)), line);
  for (const auto& line : warned) {
    const Problems problems = script_problems(line);
    CHECK_MESSAGE((problems.size() == 1 && !has_error(problems)), line);
  }
}

TEST_CASE("the page has every function") {
  const std::string text = page();
  for (const Function& function : all_functions())
    CHECK_MESSAGE(text.find(fmt::format("`{}(", function.name)) != std::string::npos,
                  function.name);
}

}  // namespace
}  // namespace gt
