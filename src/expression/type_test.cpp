#include "expression/type.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

using Kind = Type::Kind;

class SomeTypes final : public TypeContext {
 public:
  explicit SomeTypes(bool has_status = false) : has_status_(has_status) {}

  Found find(NamePath path) const override {
    const std::string text = to_text(path);
    if (text == "params") return Scope();
    if (text == "params.month") return Type(Kind::integer);
    if (text == "params.rate") return Type(Kind::number);
    if (text == "params.name") return Type(Kind::string);
    if (text == "params.depths") return Type::list_of(Kind::integer);
    if (text == "params.any") return Type();
    if (text == "params.model") return Type(Kind::artifact);
    if (text == "params.token") return Type(Kind::secret);
    if (text == "params.config") return Type::object_of({{"lr", Kind::number}});
    return Missing();
  }
  std::vector<std::string> names(NamePath) const override { return {"month", "rate", "name"}; }
  bool has_status_functions() const override { return has_status_; }

 private:
  bool has_status_;
};

std::string type_of(std::string_view text) {
  Problems problems;
  const auto expression = Expression::parse(text, {}, problems);
  REQUIRE_MESSAGE(expression.has_value(), text);
  const Type type = infer(*expression, SomeTypes(), problems);
  CHECK_MESSAGE(problems == Problems{}, text);
  return type.to_text();
}

std::string problem_of(std::string_view text) {
  Problems problems;
  const auto expression = Expression::parse(text, {}, problems);
  REQUIRE_MESSAGE(expression.has_value(), text);
  infer(*expression, SomeTypes(), problems);
  REQUIRE_MESSAGE(problems.size() == 1, text);
  return fmt::format("{}: {}", problems[0].position.column, problems[0].message);
}

TEST_CASE("types follow the operators") {
  CHECK(type_of("params.month + 1") == "integer");
  CHECK(type_of("params.month / 2") == "number");
  CHECK(type_of("params.month // 2") == "integer");
  CHECK(type_of("params.month * params.rate") == "number");
  CHECK(type_of("params.any + 1") == "any");
  CHECK(type_of("params.any + 1.5") == "number");
  CHECK(type_of("params.month == 1.5 && !(params.name != null)") == "boolean");
  CHECK(type_of("params.depths[0]") == "integer");
  CHECK(type_of("params.any.x[0].y") == "any");
  CHECK(type_of("params.config.lr") == "number");
  CHECK(type_of("true ? 1 : 2.5") == "number");
  CHECK(type_of("true ? 1 : 'a'") == "any");
  CHECK(type_of("[1, 2]") == "list of integer");
  CHECK(type_of("[1, 'a']") == "list");
  CHECK(type_of("params") == "object");
  CHECK(type_of("first(sort(params.depths))") == "integer");
  CHECK(type_of("split('a', ',')") == "list of string");
  CHECK(type_of("product([1], [2.5])") == "list of list");
  CHECK(type_of("zip([1], [2])") == "list of list of integer");
  CHECK(type_of("max(1, 2.5)") == "number");
  CHECK(type_of("format('{}', params.token)") == "secret");
  CHECK(type_of("default(null, 'x')") == "string");
}

TEST_CASE("what cannot be right is a problem before anything runs") {
  CHECK(problem_of("params.month + 'a'") == "1: + wants two numbers, got integer and string");
  CHECK(problem_of("params.month == 'a'") == "1: cannot compare integer with string");
  CHECK(problem_of("params.month < true") == "1: cannot compare integer with boolean");
  CHECK(problem_of("params.month && true") == "1: && wants a boolean, got integer");
  CHECK(problem_of("params.month ? 1 : 2") == "1: ? wants a boolean, got integer");
  CHECK(problem_of("length(params.month)") ==
        "8: length wants a string, list or object, got integer");
  CHECK(problem_of("starts_with('a', 1)") ==
        "18: starts_with wants a string as argument 2, got integer");
  CHECK(problem_of("params.mnth") == "1: there is no mnth in params");
  CHECK(problem_of("params.config.rl") == "1: the object has no member rl");
  CHECK(problem_of("params.name.x") == "1: string has no member x");
  CHECK(problem_of("(params.month + 1).x") == "2: integer has no member x");
  CHECK(problem_of("'a' in params.depths") == "1: cannot compare integer with string");
  CHECK(problem_of("params.token == 'a'") == "1: cannot compare secret with string");
  CHECK(problem_of("params.depths['a']") == "1: list of integer has no member a");
  CHECK(problem_of("[1]['a']") == "1: list of integer has no member a");
  CHECK(problem_of("always()") == "1: always() is for if: only");
}

TEST_CASE("status functions are known where the context has them") {
  Problems problems;
  const auto expression = Expression::parse("always() || failure()", {}, problems);
  CHECK(infer(*expression, SomeTypes(true), problems) == Type(Kind::boolean));
  CHECK(problems.empty());
}

TEST_CASE("text takes only what has a text form") {
  const auto problems_of = [](std::string_view text) {
    Problems problems;
    infer(*Template::parse(text, {}, problems), SomeTypes(), problems);
    return problems.size();
  };
  CHECK(problems_of("a ${{ params.month }} ${{ params.model }} ${{ params.any }}") == 0);
  CHECK(problems_of("a ${{ params.depths }} ${{ null }} ${{ {a: 1} }}") == 3);
  CHECK(problems_of("${{ params.depths }}") == 0);
}

TEST_CASE("words take lists of texts") {
  const auto problems_of = [](std::string_view text) {
    Problems problems;
    check_words(*Template::parse(text, {}, problems), SomeTypes(), problems);
    return problems.size();
  };
  CHECK(problems_of("${{ params.depths }}") == 0);
  CHECK(problems_of("${{ params.name }}") == 0);
  CHECK(problems_of("x${{ params.depths }}") == 1);
  CHECK(problems_of("${{ [params.depths] }}") == 1);
  CHECK(problems_of("${{ params }}") == 1);
}

TEST_CASE("an integer fits a number, and any fits everything") {
  CHECK(Type(Kind::integer).fits(Kind::number));
  CHECK(Type(Kind::number).fits(Kind::integer));
  CHECK_FALSE(Type(Kind::string).fits(Kind::number));
  CHECK(Type().fits(Kind::artifact));
  CHECK(Type::list_of(Kind::integer).fits(Kind::list));
  CHECK_FALSE(Type::list_of(Kind::integer).fits(Type::list_of(Kind::string)));
  CHECK(Type::object_of({{"a", Kind::integer}}).fits(Type::object_of({{"a", Kind::number}})));
  CHECK_FALSE(Type::object_of({}).fits(Type::object_of({{"a", Kind::number}})));
  CHECK(Type::of(ValueList{1, 2.5}) == Type::list_of(Kind::number));
}

}  // namespace
}  // namespace gt
