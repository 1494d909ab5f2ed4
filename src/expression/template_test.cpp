#include "expression/template.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

ValueContext context() {
  return ValueContext(ValueObject{
      {"params", ValueObject{{"n", 5},
                             {"x", 5.0},
                             {"text", "a ${{ params.n }} b"},
                             {"list", ValueList{"a b", 2, ""}},
                             {"holes", ValueList{"a", nullptr}},
                             {"none", nullptr},
                             {"empty", ValueList{}}}},
      {"secrets", ValueObject{{"a", Secret{"a", "AAA"}}, {"b", Secret{"b", "BBB"}}}},
      {"steps", ValueObject{{"later", Unknown{"not known yet"}}}},
  });
}

Template parsed(std::string_view text) {
  Problems problems;
  auto result = Template::parse(text, {}, problems);
  CAPTURE(text);
  REQUIRE(problems == Problems{});
  return *result;
}

std::string rendered(std::string_view text) {
  auto result = parsed(text).render(context());
  REQUIRE_MESSAGE(result.ok(), text);
  return *result;
}

TEST_CASE("a text without expressions is small and stays as it is") {
  CHECK(sizeof(Template) <= sizeof(std::string) + 2 * sizeof(void*));
  for (const char* text : {"", "plain", "$HOME ${x} {{ y }} $( ls )", "$", "$$", "${"}) {
    CHECK(parsed(text).is_literal());
    CHECK(rendered(text) == text);
  }
  CHECK(Template::literal("${{ x }}").is_literal());
  CHECK(*Template::literal("${{ x }}").render(context()) == "${{ x }}");
}

TEST_CASE("an escaped opening stays text") {
  CHECK(rendered("$${{ params.n }}") == "${{ params.n }}");
  CHECK(rendered("a $${{ b ${{ params.n }}") == "a ${{ b 5");
  CHECK(parsed("$${{ x").is_literal());
}

TEST_CASE("an expression alone keeps its type, inside text it becomes text") {
  CHECK(*parsed("${{ params.n }}").evaluate(context()) == Value(5));
  CHECK(*parsed(" ${{ params.n }}").evaluate(context()) == Value(" 5"));
  CHECK(rendered("${{ params.n }}/${{ params.x }}/${{ true }}") == "5/5.0/true");
  CHECK(rendered("${{ {a: {b: '}}'}}.a.b }}!") == "}}!");
  CHECK(rendered("${{ params.n }}${{ params.n }}") == "55");
}

TEST_CASE("a value is never read as an expression again") {
  CHECK(rendered("${{ params.text }}") == "a ${{ params.n }} b");
  CHECK(rendered("<${{ params.text }}>") == "<a ${{ params.n }} b>");
}

TEST_CASE("a list that is written item by item keeps the types of its items") {
  const Template list =
      Template::list_of({parsed("${{ params.n }}"), parsed("n is ${{ params.n }}"), parsed("plain"),
                         Template::list_of({parsed("${{ params.list[1] }}")}, {3, 9})},
                        {2, 7});
  CHECK(*list.evaluate(context()) == Value(ValueList{5, "n is 5", "plain", ValueList{2}}));
  CHECK_FALSE(list.is_literal());
  CHECK_FALSE(list.is_single_expression());
  CHECK(list.source() == "[${{ params.n }}, n is ${{ params.n }}, plain, [${{ params.list[1] }}]]");
  CHECK(list.render(context()).error().message == "2:7: list has no text form");
  CHECK(list.words(context()).error().message == "2:7: list has no text form");
  CHECK(*Template::list_of({parsed("a b"), parsed("${{ params.n }}")}, {}).words(context()) ==
        std::vector<std::string>{"a b", "5"});
  int references = 0;
  list.for_each_reference([&](const Reference&) { ++references; });
  CHECK(references == 3);
  const Value unknown = *Template::list_of({parsed("${{ steps.later }}")}, {}).evaluate(context());
  REQUIRE(unknown.list());
  CHECK((*unknown.list())[0].unknown());
}

TEST_CASE("a list alone becomes one word per element") {
  using Words = std::vector<std::string>;
  CHECK(*parsed("${{ params.list }}").words(context()) == Words{"a b", "2", ""});
  CHECK(*parsed("${{ params.empty }}").words(context()) == Words{});
  CHECK(*parsed("").words(context()) == Words{""});
  CHECK(*parsed("x ${{ params.n }}").words(context()) == Words{"x 5"});
  CHECK(parsed("x${{ params.list }}").words(context()).error().message ==
        "1:6: list has no text form");
  CHECK(parsed("${{ params.holes }}").words(context()).error().message ==
        "1:5: null has no text form");
}

TEST_CASE("what has no text form is an error at its place") {
  const auto message = [](std::string_view text) {
    return parsed(text).render(context()).error().message;
  };
  CHECK(message("${{ params.none }}") == "1:5: null has no text form");
  CHECK(message("line\n a ${{ {a: 1} }}") == "2:8: object has no text form");
  CHECK(message("${{ params.list }}") == "1:5: list has no text form");
}

TEST_CASE("text with a secret in it is a secret, text with an unknown in it is unknown") {
  CHECK(*parsed("${{ secrets.a }}:${{ secrets.b }}").evaluate(context()) ==
        Value(Secret{"a, b", "AAA:BBB"}));
  CHECK(rendered("${{ secrets.a }}:${{ secrets.b }}") == "AAA:BBB");
  CHECK(parsed("x${{ steps.later }}").evaluate(context())->unknown() != nullptr);
  CHECK(parsed("x${{ steps.later }}").render(context()).error().code == Errc::unavailable);
}

TEST_CASE("all problems of a text are found, each at its place") {
  Problems problems;
  CHECK_FALSE(Template::parse("a ${{ 1 + }} b\n ${{ }} ${{ x }} ${{ 'y", {}, problems).has_value());
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].position == Position{1, 11});
  CHECK(problems[1].position == Position{2, 6});
  CHECK(problems[2].position == Position{2, 22});
}

TEST_CASE("a bare expression is as one in braces") {
  Problems problems;
  const auto bare = Template::parse_expression("params.n > 3", {}, problems);
  const auto wrapped = Template::parse_expression(" ${{ params.n > 3 }}\n", {}, problems);
  CHECK(*bare->evaluate(context()) == Value(true));
  CHECK(*wrapped->evaluate(context()) == Value(true));
  CHECK(bare->is_single_expression());
}

TEST_CASE("too much text or too many expressions are refused") {
  Problems problems;
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += "${{ 1 }}";
  CHECK_FALSE(Template::parse(many, {}, problems).has_value());
  CHECK_FALSE(Template::parse(std::string((4U << 20U) + 1, ' '), {}, problems).has_value());
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].message.find("template_expressions_max") != std::string::npos);
  CHECK(problems[1].message.find("template_bytes_max") != std::string::npos);
}

}  // namespace
}  // namespace gt
