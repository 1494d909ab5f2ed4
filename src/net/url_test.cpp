#include "net/url.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

Url url(std::string_view text) {
  auto parsed = parse_url(text);
  REQUIRE_MESSAGE(parsed.ok(), std::string(text));
  return *std::move(parsed);
}

TEST_CASE("an address is read in its parts") {
  const Url whole = url("HTTPS://us%40er:p%3Aw@Host.example:8443/a%20b?c=d/e#f");
  CHECK(whole.scheme == "https");
  CHECK(whole.user == "us@er");
  CHECK(whole.password == "p:w");
  CHECK(whole.host == "host.example");
  CHECK(whole.port == 8443);
  CHECK(whole.target == "/a%20b?c=d/e");
  CHECK(whole.origin() == "https://host.example:8443");
  CHECK(url("http://h").target == "/");
  CHECK(url("http://h").port == 80);
  CHECK(url("https://h:443").authority() == "h");
  CHECK(url("http://h:443").authority() == "h:443");
  CHECK(url("http://h?x").target == "/?x");
  CHECK(url("http://[::1]:80/").host == "::1");
  CHECK(url("http://[::1]:81/").authority() == "[::1]:81");
  CHECK(url("http://h/\xc3\xa4").target == "/%C3%A4");
}

TEST_CASE("what is no address of ours is refused without being shown") {
  for (const char* const text : {"",
                                 "h",
                                 "ftp://h/",
                                 "file:///etc/x",
                                 "http:/h",
                                 "http:h",
                                 "http://",
                                 "http://:80",
                                 "http://h:0",
                                 "http://h:65536",
                                 "http://h:x",
                                 "http://h:-1",
                                 "http://[::1",
                                 "http://[1.2]/",
                                 "http://a b/",
                                 "http://h/a b",
                                 "http://h/a\r\nX: y",
                                 "http://h\r\n/",
                                 "http://s3cret%@h/",
                                 "http://u:s3cret%zz@h/",
                                 "javascript:alert(1)"}) {
    CAPTURE(text);
    const auto parsed = parse_url(text);
    REQUIRE(!parsed.ok());
    CHECK(parsed.error().code == Errc::invalid);
    CHECK(parsed.error().message.find("s3cret") == std::string::npos);
  }
}

// RFC 3986, 5.4, as far as http goes.
TEST_CASE("a reference is taken from where it stands") {
  const Url base = url("http://a/b/c/d;p?q");
  const auto at = [&](std::string_view reference) {
    auto resolved = resolve_url(base, reference);
    REQUIRE(resolved.ok());
    return resolved->origin() + resolved->target;
  };
  CHECK(at("https://g/x") == "https://g/x");
  CHECK(at("g") == "http://a/b/c/g");
  CHECK(at("./g") == "http://a/b/c/g");
  CHECK(at("g/") == "http://a/b/c/g/");
  CHECK(at("/g") == "http://a/g");
  CHECK(at("//g") == "http://g/");
  CHECK(at("?y") == "http://a/b/c/d;p?y");
  CHECK(at("g?y/../x") == "http://a/b/c/g?y/../x");
  CHECK(at("") == "http://a/b/c/d;p?q");
  CHECK(at("#s") == "http://a/b/c/d;p?q");
  CHECK(at(".") == "http://a/b/c/");
  CHECK(at("..") == "http://a/b/");
  CHECK(at("../g") == "http://a/b/g");
  CHECK(at("../../../g") == "http://a/g");
  CHECK(!resolve_url(base, "gopher://h/").ok());
  CHECK(!resolve_url(base, "/a\nb").ok());
}

}  // namespace
}  // namespace gt
