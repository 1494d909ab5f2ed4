#include "net/http_target.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/text.h"

namespace gt {
namespace {

TEST_CASE("a target is its decoded path and its parameters in order") {
  const auto target = parse_target("/runs/a%20b/%C3%A4?x=1&y=a+b&x=%26%3D&flag&=v&");
  REQUIRE(target.ok());
  CHECK(target->path == "/runs/a b/\xC3\xA4");
  const std::vector<std::pair<std::string, std::string>> query = {
      {"x", "1"}, {"y", "a b"}, {"x", "&="}, {"flag", ""}, {"", "v"}};
  CHECK(target->query == query);
  REQUIRE(target->parameter("x") != nullptr);
  CHECK(*target->parameter("x") == "1");
  CHECK(target->parameter("z") == nullptr);
}

TEST_CASE("a plus is a blank in the query alone") {
  const auto target = parse_target("/a+b?c+d=%2B");
  REQUIRE(target.ok());
  CHECK(target->path == "/a+b");
  CHECK(*target->parameter("c d") == "+");
}

TEST_CASE("a target that is not what it seems is refused") {
  for (const char* bad : {"",
                          "*",
                          "runs",
                          "http://host/runs",
                          "/a%",
                          "/a%4",
                          "/a%zz",
                          "/a%4g",
                          "/%00",
                          "/a?b=%00",
                          "/%ff",
                          "/?a=%C3",
                          "/%C0%AF",
                          "/%ED%A0%80",
                          "/a#b",
                          "/..",
                          "/a/../b",
                          "/a/..",
                          "/%2e%2e/a",
                          "/a/%2E./b",
                          "/a%2f..%2fb",
                          "/./a",
                          "/a/.",
                          "/?x=%"}) {
    CAPTURE(std::string(bad));
    const auto target = parse_target(bad);
    REQUIRE(!target.ok());
    CHECK(target.error().code == Errc::invalid);
  }
  CHECK(parse_target("/a..b/...").ok());
  CHECK(parse_target("/?path=../x").ok());
}

TEST_CASE("decoding is the inverse of encoding") {
  rc::check("for every text", [](const std::string& text) {
    const auto decoded = percent_decoded(percent_encoded(text));
    const bool is_text = is_utf8(text) && text.find('\0') == std::string::npos;
    RC_ASSERT(decoded.ok() == is_text);
    if (is_text) RC_ASSERT(*decoded == text);
  });
}

}  // namespace
}  // namespace gt
