#include "net/http_message.h"

#include <doctest/doctest.h>

#include "net/http_answer.h"

namespace gt {
namespace {

TEST_CASE("the name of a field is found in any case") {
  const HttpHeaders headers = {{"Content-Type", "text/plain"}, {"X", "1"}, {"x", "2"}};
  REQUIRE(headers.find("content-TYPE") != nullptr);
  CHECK(*headers.find("content-TYPE") == "text/plain");
  CHECK(*headers.find("x") == "1");
  CHECK(headers.count("X") == 2);
  CHECK(headers.find("Content") == nullptr);
}

TEST_CASE("a problem is JSON with status, title and detail") {
  const HttpResponse response = problem(404, "there is no run \"7\"");
  CHECK(response.status == 404);
  CHECK(*response.headers.find("content-type") == "application/problem+json");
  CHECK(std::get<std::string>(response.body) ==
        R"({"status":404,"title":"Not Found","detail":"there is no run \"7\""})");
  CHECK(std::get<std::string>(problem(409, "Busy", "x").body).find("Busy") != std::string::npos);
}

TEST_CASE("the head of an answer says how long it is and whether the connection stays") {
  const HttpResponse response{.status = 200, .headers = {{"X", "y"}}, .body = {}};
  CHECK(*answer_head(response, {.body_bytes = 3}) ==
        "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 3\r\n\r\n");
  CHECK(*answer_head(response, {.keeps_alive = false, .body_bytes = std::nullopt}) ==
        "HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  CHECK(*answer_head(response, {.is_http_1_0 = true, .body_bytes = 0}) ==
        "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(*answer_head({.status = 204, .headers = {}, .body = {}}, {}) ==
        "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST_CASE("a head that would say something else is refused") {
  const auto refused = [](int status, const HttpHeaders& headers) {
    return !answer_head({.status = status, .headers = headers, .body = {}}, {}).ok();
  };
  CHECK(refused(199, {}));
  CHECK(refused(600, {}));
  CHECK(refused(200, {{"X", "a\r\nY: b"}}));
  CHECK(refused(200, {{"X", std::string("a\0b", 3)}}));
  CHECK(refused(200, {{"X y", "a"}}));
  CHECK(refused(200, {{"", "a"}}));
  CHECK(refused(200, {{"content-length", "5"}}));
  CHECK(refused(200, {{"Transfer-Encoding", "chunked"}}));
  CHECK(!refused(200, {{"X", "caf\xC3\xA9\ttab"}}));
}

}  // namespace
}  // namespace gt
