#include "tracking/page.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

TEST_CASE("a token leads on where its page ended") {
  const std::string token = page_token("q", {.stretch = 2, .offset = 30});
  const auto position = page_position("q", token);
  REQUIRE(position.ok());
  CHECK(position->stretch == 2);
  CHECK(position->offset == 30);
  CHECK(page_position("q", "")->offset == 0);
}

TEST_CASE("a token of another query is refused, and so is what is none") {
  const std::string token = page_token("q", {.stretch = 0, .offset = 30});
  CHECK(page_position("p", token).error().message.find("another search") != std::string::npos);
  for (const char* wrong :
       {"x", "a.b.c", "1.2", "..", "a.1.99999999999999999999", "a.-1.2", "a.1.-2"})
    CHECK_FALSE(page_position("q", wrong).ok());
  CHECK_FALSE(page_position("q", token + "0.").ok());
}

TEST_CASE("parts of a query are not mixed up") {
  CHECK(query_text({"a", "b"}) != query_text({"a\",\"b"}));
  CHECK(query_text({"ab", ""}) != query_text({"a", "b"}));
}

}  // namespace
}  // namespace gt
