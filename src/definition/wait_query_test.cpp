#include "definition/wait_query.h"

#include <doctest/doctest.h>

using namespace gt;

namespace {

Result<WaitQuery> parsed(std::string_view text) {
  Problems problems;
  const auto query = Template::parse(text, TextOrigin{}, problems);
  REQUIRE(query);
  return parse_wait_query(*query);
}

}  // namespace

TEST_CASE("an expression is a value of the query, not a part of its text") {
  const auto query = parsed(
      "SELECT n FROM t WHERE day = ${{ params.day }} AND name <> 'it''s' -- why?\n"
      " AND \"n\" > ${{ 1 + 1 }} /* or ' */ LIMIT 1");
  REQUIRE(query.ok());
  CHECK(query->text ==
        "SELECT n FROM t WHERE day = ? AND name <> 'it''s' -- why?\n"
        " AND \"n\" > ? /* or ' */ LIMIT 1");
  CHECK(query->values.size() == 2);
  CHECK(parsed("SELECT 1")->text == "SELECT 1");
}

TEST_CASE("an expression that could only become text is refused") {
  for (const char* text : {"SELECT '${{ params.x }}'", "SELECT * FROM \"${{ params.x }}\"",
                           "SELECT [${{ params.x }}]", "SELECT `a${{ params.x }}b`",
                           "SELECT 1 -- ${{ params.x }}", "SELECT 1 /* ${{ params.x }} */",
                           "SELECT 'it''s ${{ params.x }}'", "${{ params.query }}"}) {
    CAPTURE(text);
    CHECK_FALSE(parsed(text).ok());
  }
}
