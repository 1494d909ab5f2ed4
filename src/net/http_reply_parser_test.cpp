#include "net/http_reply_parser.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

Result<HttpReply> read(std::string_view bytes, std::size_t at_a_time,
                       HttpMethod asked = HttpMethod::get, HttpReplyLimits limits = {}) {
  HttpReplyParser parser(limits, asked);
  while (!bytes.empty() && !parser.is_done()) {
    TRY(parser.feed(bytes.substr(0, at_a_time)));
    bytes.remove_prefix(std::min(at_a_time, bytes.size()));
  }
  if (!parser.is_done()) TRY(parser.feed_end());
  return parser.take();
}

HttpReply good(std::string_view bytes, HttpMethod asked = HttpMethod::get) {
  auto whole = read(bytes, bytes.size(), asked);
  auto in_bytes = read(bytes, 1, asked);
  REQUIRE_MESSAGE(whole.ok(), whole.error().message);
  REQUIRE_MESSAGE(in_bytes.ok(), in_bytes.error().message);
  CHECK(whole->body == in_bytes->body);
  CHECK(whole->status == in_bytes->status);
  return *std::move(whole);
}

Errc bad(std::string_view bytes, HttpReplyLimits limits = {}) {
  const auto whole = read(bytes, bytes.size(), HttpMethod::get, limits);
  const auto in_bytes = read(bytes, 1, HttpMethod::get, limits);
  REQUIRE(!whole.ok());
  REQUIRE(!in_bytes.ok());
  CHECK(whole.error().code == in_bytes.error().code);
  return whole.error().code;
}

TEST_CASE("an answer ends by its length, its chunks, or the connection") {
  CHECK(good("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd").body == "abc");
  CHECK(good("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
            .body == "abc");
  CHECK(good("HTTP/1.0 200 OK\r\n\r\nabc").body == "abc");
  CHECK(good("HTTP/1.1 204 No Content\r\n\r\n").status == 204);
  CHECK(good("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").body.empty());
  CHECK(good("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", HttpMethod::head).body.empty());
}

TEST_CASE("fields are found in any case, those after a body are not of the header") {
  const HttpReply reply =
      good("HTTP/1.1 200 \r\nx-a: b\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Late: c\r\n\r\n");
  REQUIRE(reply.headers.find("X-A") != nullptr);
  CHECK(*reply.headers.find("X-A") == "b");
  CHECK(reply.headers.find("X-Late") == nullptr);
}

TEST_CASE("answers that only say that one is on its way are passed over, if they are few") {
  const std::string interim = "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n";
  const HttpReply reply = good("HTTP/1.1 100 Continue\r\n\r\n" + interim +
                               "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\na");
  CHECK(reply.status == 201);
  CHECK(reply.headers.find("Link") == nullptr);
  std::string many;
  for (int i = 0; i < 20; ++i) many += interim;
  CHECK(bad(many) == Errc::unavailable);
  CHECK(bad("HTTP/1.1 101 Switching Protocols\r\n\r\n") == Errc::unavailable);
}

TEST_CASE("what is no answer, or only a part of one, is refused") {
  for (const char* const bytes :
       {"", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxy\r\nab\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"}) {
    CAPTURE(bytes);
    CHECK(bad(bytes) == Errc::unavailable);
  }
}

TEST_CASE("no answer takes more memory than was allowed") {
  const HttpReplyLimits limits = {.header_bytes_max = 100, .body_bytes_max = 10};
  CHECK(bad("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", limits) == Errc::exhausted);
  CHECK(bad("HTTP/1.0 200 OK\r\n\r\n01234567890", limits) == Errc::exhausted);
  CHECK(bad("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n",
            limits) == Errc::exhausted);
  CHECK(bad("HTTP/1.1 200 OK\r\nX: " + std::string(200, 'x') + "\r\n\r\n", limits) ==
        Errc::exhausted);
  CHECK(bad("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(200, 'x'),
            limits) == Errc::exhausted);
}

}  // namespace
}  // namespace gt
