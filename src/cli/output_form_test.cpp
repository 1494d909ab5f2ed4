#include "cli/output_form.h"

#include <doctest/doctest.h>

using namespace gt;

namespace {

const Json run =
    JsonObject{{"name", "flights/12"},
               {"tasks", JsonList{JsonObject{{"path", "a"}}, JsonObject{{"path", "b[0]"}}}},
               {"runs", JsonList{Json("x/1")}}};

std::string names(const char* path, const Json& data) {
  OutputForm output({.text = "", .names = path});
  REQUIRE(output.choose("name").ok());
  return output.text_of(data);
}

}  // namespace

TEST_CASE("names are found by their path in the data") {
  CHECK(names("name", run) == "flights/12\n");
  CHECK(names("tasks[].path", run) == "a\nb[0]\n");
  CHECK(names("runs[]", run) == "x/1\n");
  CHECK(names("[].name", JsonList{run, run}) == "flights/12\n");
  CHECK(names("nothing[].here", run).empty());
  CHECK(names("name", JsonObject{{"name", "a\nb"}}) == "a\\nb\n");
}

TEST_CASE("a form that a command has not is refused with those that it has") {
  OutputForm plain({.text = ""});
  CHECK(plain.is_table());
  CHECK(plain.forms_text() == "table, json or yaml");
  const auto none = plain.choose("name");
  REQUIRE_FALSE(none.ok());
  CHECK(none.error().message == "what this command prints has no names");
  CHECK(none.error().hint == "-o is table, json or yaml");
  static constexpr const char* drawings[] = {"dot", "mermaid"};
  OutputForm graph({.text = "", .names = "name", .drawings = drawings});
  CHECK(graph.choose("mermiad").error().hint == "did you mean mermaid?");
  CHECK(graph.choose("").error().hint == "-o is table, json, yaml, name, dot or mermaid");
  CHECK(graph.choose("dot").ok());
  CHECK(graph.is("dot"));
  CHECK_FALSE(graph.is_table());
}
