#include "net/http_parser.h"

#include <doctest/doctest.h>
#include <string>

namespace gt {
namespace {

constexpr HttpParserLimits small = {
    .header_bytes_max = 200, .target_bytes_max = 50, .body_bytes_max = 10};

// As a session does: what is left comes again, with more behind it.
void feed(HttpParser& parser, std::string_view bytes, std::size_t step) {
  std::string input;
  while (!bytes.empty() && parser.state() != HttpParser::State::refused) {
    const std::string_view piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    input += piece;
    input.erase(0, parser.feed(input));
  }
}

int status_of(std::string_view bytes, std::size_t step) {
  HttpParser parser(small);
  feed(parser, bytes, step);
  if (parser.state() == HttpParser::State::refused) return parser.refusal().status;
  return parser.state() == HttpParser::State::done ? 200 : 0;
}

TEST_CASE("a request is the same in whatever pieces it comes") {
  const std::string_view bytes =
      "POST /a%20b?c=d HTTP/1.1\r\nHost: h\r\nX: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;note=x\r\nabc\r\n4\r\ndefg\r\n0\r\nX: 2\r\nHost: other\r\n\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    CAPTURE(step);
    HttpParser parser(small);
    feed(parser, bytes, step);
    REQUIRE(parser.state() == HttpParser::State::done);
    const HttpRequest request = parser.take();
    CHECK(request.method == HttpMethod::post);
    CHECK(request.target.path == "/a b");
    CHECK(*request.target.parameter("c") == "d");
    CHECK(request.body == "abcdefg");
    // Fields after the body are none of the header.
    CHECK(request.headers.count("X") == 1);
    CHECK(request.headers.count("Host") == 1);
    CHECK(*request.headers.find("host") == "h");
  }
}

TEST_CASE("what follows a request is left") {
  HttpParser parser(small);
  const std::string first = "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
  CHECK(parser.feed(first + "GET /next") == first.size());
  CHECK(parser.state() == HttpParser::State::done);
  CHECK(parser.feed("GET /next") == 0);
}

TEST_CASE("each request that cannot be taken has its status") {
  struct Case {
    int status;
    std::string bytes;
  };
  const std::string host = "Host: h\r\n";
  const std::string post = "POST / HTTP/1.1\r\n" + host;
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  for (const Case& one : std::initializer_list<Case>{
           {200, "GET / HTTP/1.1\r\n" + host + "\r\n"},
           {200, "GET / HTTP/1.0\r\n\r\n"},
           {200, "OPTIONS / HTTP/1.1\r\n" + host + "\r\n"},
           {200, post + "Content-Length: 10\r\n\r\n0123456789"},
           {200, chunked + "a\r\n0123456789\r\n0\r\n\r\n"},
           {400, "\x16\x03\x01\x02 hello this is TLS\r\n\r\n"},
           {400, "GET\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\n" + host + host + "\r\n"},
           {400, "GET /%zz HTTP/1.1\r\n" + host + "\r\n"},
           {400, "GET /../etc HTTP/1.1\r\n" + host + "\r\n"},
           {400, "GET http://h/ HTTP/1.1\r\n" + host + "\r\n"},
           {400, "GET / HTTP/1.1\r\n" + host + "no colon\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\n" + host + "X : blank\r\n\r\n"},
           {400, post + "Content-Length: x\r\n\r\n"},
           {400, post + "Content-Length: -1\r\n\r\n"},
           {400, post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
           {400, post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
           {400, post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"},
           {400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
           {400, chunked + "zz\r\n\r\n"},
           {400, chunked + "2\r\nabc\r\n0\r\n\r\n"},
           {413, post + "Content-Length: 11\r\n\r\n"},
           {413, post + "Content-Length: 99999999999999999\r\n\r\n"},
           {413, post + "Content-Length: 300\r\n\r\n" + std::string(300, 'a')},
           {413, chunked + "6\r\n012345\r\n6\r\n"},
           {413, chunked + "ffffffffffff\r\n"},
           {414, "GET /" + std::string(60, 'a') + " HTTP/1.1\r\n" + host + "\r\n"},
           {414, "GET /" + std::string(300, 'a')},
           {417, post + "Expect: coffee\r\nContent-Length: 1\r\n\r\na"},
           {431, "GET / HTTP/1.1\r\n" + host + "X: " + std::string(300, 'a')},
           {431, "GET / HTTP/1.1\r\n" + host + "X: " + std::string(180, 'a') + "\r\n\r\n"},
           {431, chunked + "1;" + std::string(300, 'a')},
           {431, chunked + "0\r\nX: " + std::string(300, 'a')},
           {405, "TRACE / HTTP/1.1\r\n" + host + "\r\n"},
           {405, "BREW / HTTP/1.1\r\n" + host + "\r\n"},
           {501, post + "Transfer-Encoding: gzip\r\n\r\n"},
           {501, post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
           {501, post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"},
           {501, post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"},
           {505, "GET / HTTP/2.0\r\n" + host + "\r\n"},
       }) {
    CAPTURE(one.bytes);
    CHECK(status_of(one.bytes, one.bytes.size()) == one.status);
    CHECK(status_of(one.bytes, 1) == one.status);
  }
}

TEST_CASE("lines that end otherwise are no HTTP") {
  const std::string_view bytes = "GET / HTTP/1.1\nHost: h\n\n";
  CHECK(status_of(bytes, bytes.size()) == 400);
}

TEST_CASE("the connection stays as the client asks") {
  const auto stays = [](std::string_view bytes) {
    HttpParser parser(small);
    feed(parser, bytes, bytes.size());
    REQUIRE(parser.state() == HttpParser::State::done);
    return parser.keeps_alive();
  };
  CHECK(stays("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(!stays("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  CHECK(!stays("GET / HTTP/1.0\r\n\r\n"));
  CHECK(stays("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

}  // namespace
}  // namespace gt
