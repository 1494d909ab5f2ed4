#include "expression/expression.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "expression/limits.h"

namespace gt {
namespace {

Artifact model() {
  return {.digest = sha256("model"), .bytes = 12, .file_name = "model.pkl", .path = "in/model.pkl"};
}

ValueContext context() {
  ValueObject train_outputs = {{"auc", 0.75},
                               {"model", model()},
                               {"later", Unknown{"output later of step train is not known yet"}}};
  return ValueContext(ValueObject{
      {"params",
       ValueObject{{"month", 7}, {"name", "ewr"}, {"depths", ValueList{4, 6, 8}}, {"flag", true}}},
      {"steps", ValueObject{{"train", ValueObject{{"outputs", std::move(train_outputs)}}},
                            {"my-step", ValueObject{{"state", "succeeded"}}}}},
      {"secrets", ValueObject{{"token", Secret{"token", "s3cr3t"}}}},
  });
}

Problem problem_of(std::string_view text) {
  Problems problems;
  const auto expression = Expression::parse(text, {}, problems);
  REQUIRE_FALSE(expression.has_value());
  REQUIRE(problems.size() == 1);
  return problems[0];
}

Result<Value> evaluated(std::string_view text) {
  Problems problems;
  const auto expression = Expression::parse(text, {}, problems);
  CAPTURE(text);
  REQUIRE(problems == Problems{});
  return expression->evaluate(context());
}

Value value_of(std::string_view text) {
  auto result = evaluated(text);
  INFO(text, ": ", result.ok() ? "" : result.error().message);
  REQUIRE(result.ok());
  return *result;
}

std::string error_of(std::string_view text) {
  const auto result = evaluated(text);
  CAPTURE(text);
  REQUIRE_FALSE(result.ok());
  return result.error().message;
}

TEST_CASE("a wrong spelling is a problem with position and help") {
  CHECK(problem_of("").message == "there is no expression");
  CHECK(problem_of("1 +\n  ").position == Position{2, 3});
  CHECK(problem_of("params.month = 7").hint == "write == to compare");
  CHECK(problem_of("a and b").hint == "write &&");
  CHECK(problem_of("not a").hint == "write !");
  CHECK(problem_of("a < b < c").message == "comparisons do not chain");
  CHECK(problem_of("lenght([1])").hint == "did you mean length?");
  CHECK(problem_of("length()").message == "length takes 1 argument, got 0");
  CHECK(problem_of("range(1, 2, 3, 4)").message == "range takes 1 to 3 arguments, got 4");
  CHECK(problem_of("'it''s'").hint == R"(write \' for a quote inside '…')");
  CHECK(problem_of("'abc").message == "the string that starts here has no end");
  CHECK(problem_of("'a\\q'").position == Position{1, 3});
  CHECK(problem_of("007").message == "a number has no leading zeros");
  CHECK(problem_of("9223372036854775808").message == "the integer is outside of 64 bits");
  CHECK(problem_of("1e999").message == "the number is outside of what a double can hold");
  CHECK(problem_of("{a: 1, a: 2}").message == "the key a is there twice");
  CHECK(problem_of("params.x.length()").hint ==
        "functions stand by themselves: length(x) instead of x.length()");
  CHECK(problem_of("[1, 2").expected == ", or ]");
  CHECK(problem_of("é").message == "unexpected é");
  CHECK(problem_of("${{ a }} && ${{ b }}").message == "text behind the expression's }}");
  CHECK(problem_of("${{ a").message == "the expression has no end");
}

TEST_CASE("columns count characters and start where the text starts in its file") {
  Problems problems;
  Expression::parse("'héé' +", {.start = {12, 9}, .next_lines_column = 5}, problems);
  Expression::parse("'a' +\n  *", {.start = {12, 9}, .next_lines_column = 5}, problems);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].position == Position{12, 16});
  CHECK(problems[1].position == Position{13, 7});
}

TEST_CASE("integers stay apart from numbers") {
  CHECK(value_of("7 + 1") == Value(8));
  CHECK(value_of("7 + 1.0") == Value(8.0));
  CHECK(value_of("7 / 2") == Value(3.5));
  CHECK(value_of("6 / 2") == Value(3.0));
  CHECK(value_of("-7 // 2") == Value(-4));
  CHECK(value_of("-7 % 3") == Value(2));
  CHECK(value_of("7 % -3") == Value(-2));
  CHECK(value_of("-7.5 % 2") == Value(0.5));
  CHECK(value_of("7.5 // 2") == Value(3.0));
  CHECK(value_of("-9223372036854775808 % -1") == Value(0));
  CHECK(value_of("2 + 3 * 4 - 1") == Value(13));
  CHECK(value_of("10 - 3 - 2") == Value(5));
  CHECK(value_of("-(2 + 3)") == Value(-5));
  CHECK(value_of("9007199254740993 == 9007199254740992.0") == Value(false));
  CHECK(value_of("9223372036854775807 < 9223372036854775808.0") == Value(true));
  CHECK(value_of("1 == 1.0") == Value(true));
  CHECK(value_of("2.5 > 2") == Value(true));
  CHECK(value_of("-3 > -2.5") == Value(false));
}

TEST_CASE("arithmetic that has no answer is an error at its place") {
  CHECK(error_of("1 + 9223372036854775807") == "1:1: the result of + is outside of 64 bits");
  CHECK(error_of("2 * (1 // 0)") == "1:6: division by zero");
  CHECK(error_of("1.5 % 0") == "1:1: modulo by zero");
  CHECK(error_of("-9223372036854775808 // -1") == "1:1: the result of // is outside of 64 bits");
  CHECK(error_of("1e308 * 10") == "1:1: the result of * is outside of what a double can hold");
  CHECK(error_of("params.month + 'a'") == "1:1: + wants two numbers, got integer and string");
  CHECK(error_of("-params.name") == "1:1: - wants a number, got string");
  CHECK(error_of("abs(-9223372036854775808)") == "1:1: the result of - is outside of 64 bits");
}

TEST_CASE("nothing is compared with another type") {
  CHECK(error_of("'7' == 7") == "1:1: cannot compare string with integer");
  CHECK(error_of("true == 1") == "1:1: cannot compare boolean with integer");
  CHECK(error_of("1 in ['1']") == "1:1: cannot compare string with integer");
  CHECK(error_of("[1] < [2]") == "1:1: cannot compare list with list");
  CHECK(value_of("null == 7") == Value(false));
  CHECK(value_of("params.name != null") == Value(true));
  CHECK(value_of("[1, [2]] == [1.0, [2]]") == Value(true));
  CHECK(value_of("{a: 1, b: 2} == {b: 2, a: 1}") == Value(true));
  CHECK(value_of("'a' < 'b' && 'B' < 'a'") == Value(true));
  CHECK(value_of("steps.train.outputs.model == steps.train.outputs.model") == Value(true));
}

TEST_CASE("names lead through contexts and values") {
  CHECK(value_of("params.month") == Value(7));
  CHECK(value_of("params['month']") == Value(7));
  CHECK(value_of("params[params.flag ? 'month' : 'name']") == Value(7));
  CHECK(value_of("steps.my-step.state") == Value("succeeded"));
  CHECK(value_of("params.depths[1]") == Value(6));
  CHECK(value_of("{a: {b: [1, 2]}}.a.b[1]") == Value(2));
  CHECK(value_of("keys(params)") == Value(ValueList{"month", "name", "depths", "flag"}));
  CHECK(value_of("steps['my-step']") == Value(ValueObject{{"state", "succeeded"}}));
  CHECK(error_of("parms.month") == "1:1: there is nothing called parms");
  CHECK(error_of("params.month.x") == "1:1: integer has no member x");
  CHECK(error_of("{a: 1}.b") == "1:1: the object has no member b");
  CHECK(error_of("params.depths[3]") == "1:1: index 3 is outside of the list of 3 items");
  CHECK(error_of("params.depths[-1]") == "1:1: index -1 is outside of the list of 3 items");
  CHECK(error_of("params[0]") == "1:1: params is indexed by a name, got integer");
  CHECK(evaluated("steps.trian.outputs").error().hint == "did you mean train?");
  CHECK(evaluated("params.month-1").error().hint ==
        "month-1 is one name; to subtract, put blanks around the -");
}

TEST_CASE("&& and || take booleans and stop early") {
  CHECK(value_of("false && 1 // 0 == 1") == Value(false));
  CHECK(value_of("true || 1 // 0 == 1") == Value(true));
  CHECK(error_of("1 && true") == "1:1: && wants booleans, got integer");
  CHECK(error_of("true && 'x'") == "1:9: && wants booleans, got string");
  CHECK(error_of("params.month ? 1 : 2") == "1:1: ? wants a boolean, got integer");
  CHECK(value_of("true || false && false") == Value(true));
  CHECK(value_of("!true || true") == Value(true));
}

TEST_CASE("unknown is a third truth value") {
  const std::string later = "steps.train.outputs.later";
  const auto is_unknown = [](const std::string& text) {
    return value_of(text).unknown() != nullptr;
  };
  CHECK(value_of(later + " == 1 && false") == Value(false));
  CHECK(value_of("false && " + later + " == 1") == Value(false));
  CHECK(value_of(later + " == 1 || true") == Value(true));
  CHECK(is_unknown(later + " == 1 && true"));
  CHECK(is_unknown("true && " + later + " == 1"));
  CHECK(is_unknown(later + " == 1 || false"));
  CHECK(is_unknown(later + " != 0 && 1 // 0 == 1"));
  CHECK(is_unknown(later + " + 1"));
  CHECK(is_unknown(later + ".x[0]"));
  CHECK(is_unknown(later + " == 1 ? 2 : 3"));
  CHECK(is_unknown("to_json([" + later + "])"));
  CHECK(is_unknown("sort([1, " + later + "])"));
  CHECK(is_unknown("[1] == [" + later + "]"));
  CHECK(value_of("length([" + later + "])") == Value(1));
  CHECK(value_of("first([5, " + later + "])") == Value(5));
  CHECK(error_of("starts_with(5, " + later + ")") ==
        "1:13: starts_with wants a string as argument 1, got integer");
}

TEST_CASE("a secret can only become text") {
  for (const char* text : {"secrets.token == 'a'",
                           "secrets.token == null",
                           "secrets.token in ['a']",
                           "length(secrets.token)",
                           "to_json(secrets.token)",
                           "to_json([secrets.token])",
                           "to_json(secrets)",
                           "join([secrets.token], ',')",
                           "starts_with(secrets.token, 's')",
                           "sort([secrets.token])",
                           "unique([secrets.token])",
                           "[secrets.token] == ['a']",
                           "contains([secrets.token], 'a')",
                           "string(secrets.token)",
                           "min('a', secrets.token)",
                           "lower(secrets.token)",
                           "secrets.token + 1",
                           "matches(secrets.token, 's')",
                           "replace('a', 'a', secrets.token)",
                           "basename(secrets.token)"})
    CHECK_MESSAGE(!evaluated(text).ok(), text);
  CHECK(value_of("format('Bearer {}', secrets.token)") == Value(Secret{"token", "Bearer s3cr3t"}));
  CHECK(value_of("format('none', secrets.token)") == Value(Secret{"token", "none"}));
  CHECK(value_of("params.flag ? secrets.token : ''").secret() != nullptr);
}

TEST_CASE("short expressions cannot fill the memory") {
  CHECK(error_of("range(1000001)") == "1:1: range makes at most 1000000 items (range_items_max)");
  CHECK(error_of("product(range(3000), range(3000))").find("items_max") != std::string::npos);
  std::string lists = "[";
  for (int i = 0; i < 10; ++i) lists += "range(1000000),";
  CHECK(error_of(lists + "]").find("items_max") != std::string::npos);
  std::string text = "'xxxxxxxxxxxxxxxx'";
  for (int i = 0; i < 8; ++i) text = "replace(" + text + ", 'x', 'xxxxxxxxxxxxxxxx')";
  CHECK(error_of(text).find("text_bytes_max") != std::string::npos);
  CHECK(value_of("range(9223372036854775806, 9223372036854775807)") ==
        Value(ValueList{std::int64_t{9223372036854775806}}));
}

TEST_CASE("an expression that is too large or too deep is refused while it is read") {
  using namespace expression_limits;
  CHECK(problem_of("'" + std::string(expression_bytes_max, 'x') + "'")
            .message.find("expression_bytes_max") != std::string::npos);
  for (const char* piece : {"(", "[", "-", "!", "{a:", "length(", "x[", "true ? "}) {
    std::string deep;
    for (int i = 0; i < 5000; ++i) deep += piece;
    CHECK(problem_of(deep).message.find("expression_depth_max") != std::string::npos);
  }
  std::string chain = "1";
  for (int i = 0; i < 5000; ++i) chain += "+1";
  CHECK(problem_of(chain).message.find("expression_depth_max") != std::string::npos);
  std::string members = "a";
  for (int i = 0; i < 5000; ++i) members += ".a";
  CHECK(problem_of(members).message.find("expression_depth_max") != std::string::npos);
}

TEST_CASE("references and calls are found wherever they stand") {
  Problems problems;
  const auto expression = Expression::parse(
      "steps['train'].outputs.auc > 1 && steps[params.which].state == length([env.X]) ? "
      "{k: matrix.d[run.i].deep} : always()",
      {}, problems);
  REQUIRE(expression.has_value());
  std::vector<std::string> references;
  expression->for_each_reference([&](const Reference& reference) {
    references.push_back(to_text(reference.path) + (reference.goes_on_by_index ? "[]" : ""));
  });
  CHECK(references == std::vector<std::string>{"steps.train.outputs.auc", "params.which", "steps[]",
                                               "env.X", "run.i", "matrix.d[]"});
  std::vector<std::string> calls;
  expression->for_each_call([&](const FunctionCall& call) { calls.emplace_back(call.name); });
  CHECK(calls == std::vector<std::string>{"length", "always"});
}

TEST_CASE("status functions are for those contexts that have them") {
  struct AfterFailure final : Context {
    Result<Found> find(NamePath) const override { return Found(Missing()); }
    std::vector<std::string> names(NamePath) const override { return {}; }
    Result<Value> status(StatusFunction function) const override {
      return Value(function == StatusFunction::failure || function == StatusFunction::always);
    }
  };
  CHECK(error_of("failure()") ==
        "1:1: success(), failure(), always() and cancelled() are for if: only");
  Problems problems;
  const auto expression = Expression::parse("failure() && always() && !success()", {}, problems);
  const auto value = expression->evaluate(AfterFailure());
  REQUIRE(value.ok());
  CHECK(*value == Value(true));
}

}  // namespace
}  // namespace gt
