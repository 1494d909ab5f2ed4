#include "net/origin.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

OwnOrigins own_origins() {
  return {.port = 8080,
          .others = {*parse_origin("https://geartrain.example"),
                     *parse_origin("http://build.lan:8080")}};
}

Result<void> checked(HttpHeaders headers, HttpMethod method = HttpMethod::post) {
  return check_origin(
      {.method = method, .target = {}, .headers = std::move(headers), .body = {}, .peer = {}},
      own_origins());
}

TEST_CASE("a server is called by loopback names at its port, and by what it was told") {
  for (const char* host :
       {"localhost:8080", "LocalHost:8080", "127.0.0.1:8080", "127.1.2.3:8080", "[::1]:8080",
        "geartrain.example", "geartrain.example:443", "build.lan:8080", "BUILD.lan:8080"}) {
    CAPTURE(std::string(host));
    CHECK(checked({{"Host", host}}).ok());
  }
  for (const char* host : {"",
                           "localhost",
                           "localhost:8081",
                           "localhost:",
                           "localhost:08080x",
                           "localhost:78080",
                           "evil.example:8080",
                           "localhost.evil.example:8080",
                           "127.0.0.1.evil.example:8080",
                           "127.1:8080",
                           "0x7f000001:8080",
                           "0.0.0.0:8080",
                           "[::]:8080",
                           "::1:8080",
                           "[::1:8080",
                           "localhost:8080:1",
                           "a@localhost:8080",
                           "localhost:8080/x",
                           "build.lan",
                           "10.0.0.1:8080",
                           "geartrain.example:8080",
                           "[::1]x:8080"}) {
    CAPTURE(std::string(host));
    const auto result = checked({{"Host", host}});
    REQUIRE(!result.ok());
    CHECK(result.error().code == Errc::denied);
  }
  CHECK(!checked({}).ok());
}

TEST_CASE("a page may ask the server that it came from, and no other") {
  struct Case {
    const char* host;
    const char* origin;
    bool is_fine;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"localhost:8080", "http://localhost:8080", true},
           {"localhost:8080", "HTTP://LOCALHOST:8080", true},
           {"[::1]:8080", "http://[::1]:8080", true},
           {"geartrain.example", "https://geartrain.example", true},
           {"geartrain.example", "https://geartrain.example:443", true},
           {"build.lan:8080", "http://build.lan:8080", true},
           {"localhost:8080", "null", false},
           {"localhost:8080", "", false},
           {"localhost:8080", "https://localhost:8080", false},
           {"localhost:8080", "http://localhost", false},
           {"localhost:8080", "http://localhost:3000", false},
           {"localhost:8080", "http://127.0.0.1:8080", false},
           {"localhost:8080", "http://evil.example", false},
           {"localhost:8080", "http://localhost:8080/", false},
           {"localhost:8080", "http://localhost:8080 http://localhost:8080", false},
           {"localhost:8080", "file://", false},
           {"localhost:8080", "https://geartrain.example", false},
           {"geartrain.example", "http://geartrain.example", false},
       }) {
    CAPTURE(std::string(one.host));
    CAPTURE(std::string(one.origin));
    CHECK(checked({{"Host", one.host}, {"Origin", one.origin}}).ok() == one.is_fine);
    CHECK(checked({{"Host", one.host}, {"Origin", one.origin}}, HttpMethod::get).ok() ==
          one.is_fine);
  }
}

TEST_CASE("another site may follow a link to us, but not change anything") {
  const HttpHeaders headers = {{"Host", "localhost:8080"}, {"Sec-Fetch-Site", "cross-site"}};
  CHECK(checked(headers, HttpMethod::get).ok());
  CHECK(checked(headers, HttpMethod::head).ok());
  for (const HttpMethod method :
       {HttpMethod::post, HttpMethod::put, HttpMethod::patch, HttpMethod::delete_})
    CHECK(!checked(headers, method).ok());
  CHECK(checked({{"Host", "localhost:8080"}, {"Sec-Fetch-Site", "same-origin"}}).ok());
}

TEST_CASE("port 80 needs not be said") {
  const HttpRequest request{.method = HttpMethod::get,
                            .target = {},
                            .headers = {{"Host", "localhost"}, {"Origin", "http://localhost"}},
                            .body = {},
                            .peer = {}};
  CHECK(check_origin(request, {.port = 80}).ok());
  CHECK(!check_origin(request, {.port = 81}).ok());
}

}  // namespace
}  // namespace gt
