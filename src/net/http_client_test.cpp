#include "net/http_client.h"

#include <doctest/doctest.h>

#include "base/test_folder.h"
#include "net/http_server.h"
#include "net/test_certificate.h"
#include "net/test_server.h"

namespace gt {
namespace {

constexpr std::string_view good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string redirect(int status, std::string_view to) {
  return fmt::format("HTTP/1.1 {} Elsewhere\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", status,
                     to);
}

Error failure(const HttpCall& call, std::stop_token stop = {}) {
  auto reply = http_call(call, std::move(stop));
  REQUIRE(!reply.ok());
  return std::move(reply).error();
}

TEST_CASE("a call is answered by a server of ours") {
  auto server = HttpServer::start({}, [](HttpRequest request) -> HttpResponse {
    const std::string* const user = request.headers.find("Authorization");
    return {.status = 202,
            .headers = {{"X-Seen", user == nullptr ? "nobody" : *user}},
            .body = fmt::format("{} {} {}", to_text(request.method), request.target.path,
                                request.body)};
  });
  REQUIRE(server.ok());
  const auto address = [&](std::string_view user) {
    return fmt::format("http://{}localhost:{}/a%20b", user, (*server)->port());
  };
  const auto posted =
      http_call({.method = HttpMethod::post, .url = address(""), .body = "some body"});
  REQUIRE_MESSAGE(posted.ok(), posted.error().message);
  CHECK(posted->status == 202);
  CHECK(posted->body == "POST /a b some body");
  CHECK(*posted->headers.find("x-seen") == "nobody");
  const auto with_user = http_call({.url = address("Aladdin:open%20sesame@")});
  REQUIRE(with_user.ok());
  CHECK(*with_user->headers.find("X-Seen") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST_CASE("what is sent is HTTP/1.1, and fields cannot be forged") {
  TestServer server({std::string(good)});
  REQUIRE(http_call({.url = server.url("/x?y"), .headers = {{"X-A", "b"}}}).ok());
  CHECK(server.requests()[0] ==
        fmt::format("GET /x?y HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nX-A: b\r\n"
                    "User-Agent: geartrain\r\n\r\n",
                    server.port()));
  const std::string nowhere = "http://127.0.0.1:1/";
  for (const auto& [name, value] : HttpHeaders{{"A", "b\r\nC: d"},
                                               {"A\r\nB", "c"},
                                               {"", "c"},
                                               {"A B", "c"},
                                               {"Host", "other"},
                                               {"content-length", "3"},
                                               {"A", std::string("b\0c", 3)}})
    CHECK(failure({.url = nowhere, .headers = {{name, value}}}).code == Errc::invalid);
}

TEST_CASE("where nobody is or listens, no answer comes") {
  std::uint16_t port = 0;
  {
    const TestListener gone;
    port = gone.port();
  }
  CHECK(failure({.url = fmt::format("http://127.0.0.1:{}/", port)}).code == Errc::unavailable);
  const Error unknown = failure({.url = "http://no-such-host.invalid/"});
  CHECK((unknown.code == Errc::not_found || unknown.code == Errc::unavailable));
}

TEST_CASE("a server that never answers is waited for as long as was allowed") {
  const TestListener silent;
  const Error late = failure(
      {.url = silent.url("/hook/s3cret?token=s3cret"), .time_max = std::chrono::milliseconds(30)});
  CHECK(late.code == Errc::unavailable);
  CHECK(late.message == fmt::format("http://127.0.0.1:{}: no answer within 30ms", silent.port()));
  const Error late_tls =
      failure({.url = silent.url("/", "https"), .time_max = std::chrono::milliseconds(30)});
  CHECK(late_tls.code == Errc::unavailable);
}

TEST_CASE("a call is given up when it is asked to stop") {
  const TestListener silent;
  std::stop_source source;
  std::jthread stopper([&] { source.request_stop(); });
  CHECK(failure({.url = silent.url()}, source.get_token()).code == Errc::cancelled);
}

TEST_CASE("garbage, half an answer and a large one are no answer") {
  TestServer server({"\x16\x03\x01 not HTTP\r\n\r\n",
                     "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "",
                     "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890"});
  CHECK(failure({.url = server.url()}).code == Errc::unavailable);
  CHECK(failure({.url = server.url()}).code == Errc::unavailable);
  CHECK(failure({.url = server.url()}).code == Errc::unavailable);
  CHECK(failure({.url = server.url(), .body_bytes_max = 10}).code == Errc::exhausted);
}

TEST_CASE("redirects are followed by what changes nothing, without what is meant for the first") {
  TestServer other({std::string(good)});
  TestServer first({redirect(302, "/next"), redirect(301, other.url("/there"))});
  const auto reply =
      http_call({.url = first.url(),
                 .headers = {{"Authorization", "s3cret"}, {"Accept", "a"}, {"X-Key", "s3cret"}}});
  REQUIRE_MESSAGE(reply.ok(), reply.error().message);
  CHECK(reply->body == "ok");
  CHECK(first.requests()[1].starts_with("GET /next HTTP/1.1\r\n"));
  CHECK(first.requests()[1].find("s3cret") != std::string::npos);
  const std::string last = other.requests()[0];
  CHECK(last.starts_with("GET /there "));
  CHECK(last.find("s3cret") == std::string::npos);
  CHECK(last.find("Accept: a") != std::string::npos);
}

TEST_CASE("what changes something is sent again only within its origin") {
  TestServer other({});
  TestServer server({redirect(307, "/again"), std::string(good), redirect(302, "/login"),
                     redirect(308, other.url())});
  const HttpCall call = {.method = HttpMethod::post, .url = server.url(), .body = "b"};
  CHECK(http_call(call)->body == "ok");
  CHECK(http_call(call)->status == 302);
  CHECK(http_call(call)->status == 308);
  CHECK(server.requests()[1].ends_with("\r\n\r\nb"));
}

TEST_CASE("redirects have an end, and lead nowhere else") {
  TestServer server({redirect(302, "/a"), redirect(302, "/b"), redirect(302, "file:///etc/passwd"),
                     redirect(302, "/a")});
  CHECK(failure({.url = server.url(), .redirects_max = 1}).code == Errc::exhausted);
  CHECK(failure({.url = server.url()}).code == Errc::denied);
  CHECK(http_call({.url = server.url(), .redirects_max = 0})->status == 302);
}

TEST_CASE("TLS counts with a certificate of an authority that is trusted, for the name asked for") {
  const TestFolder folder;
  const TestCertificate files =
      make_certificate(folder, "DNS:localhost,DNS:other.example,IP:127.0.0.1");
  const auto context = TlsContext::for_server(files.certificate_file, files.key_file);
  REQUIRE(context.ok());
  TestServer server({std::string(good), std::string(good), "", ""}, *context);
  const std::string ca = files.certificate_file;
  const auto reply = http_call({.url = server.url("/a"), .ca_file = ca});
  REQUIRE_MESSAGE(reply.ok(), reply.error().message);
  CHECK(reply->body == "ok");
  const std::string by_name = fmt::format("https://localhost:{}/", server.port());
  CHECK(http_call({.url = by_name, .ca_file = ca}).ok());
  const Error unknown = failure({.url = server.url()});
  CHECK(unknown.code == Errc::denied);
  CHECK(unknown.message.find("certificate") != std::string::npos);
}

TEST_CASE("a certificate of another name does not count") {
  const TestFolder folder;
  const TestCertificate files = make_certificate(folder, "DNS:other.example");
  const auto context = TlsContext::for_server(files.certificate_file, files.key_file);
  TestServer server({std::string(good)}, *context);
  const Error denied = failure({.url = server.url(), .ca_file = files.certificate_file});
  CHECK(denied.code == Errc::denied);
}

TEST_CASE("over TLS an answer cannot be cut, nor lead to what is not encrypted") {
  const TestFolder folder;
  const TestCertificate files = make_certificate(folder, "IP:127.0.0.1");
  const auto context = TlsContext::for_server(files.certificate_file, files.key_file);
  TestServer server({"HTTP/1.0 200 OK\r\n\r\nwhole", "HTTP/1.0 200 OK\r\n\r\nhal<cut>",
                     redirect(302, "http://127.0.0.1:1/")},
                    *context);
  const HttpCall call = {.url = server.url(), .ca_file = files.certificate_file};
  CHECK(http_call(call)->body == "whole");
  CHECK(failure(call).code == Errc::unavailable);
  CHECK(failure(call).code == Errc::denied);
}

TEST_CASE("a server that speaks no TLS is no TLS server, and files that are none are told") {
  TestServer server({"HTTP/1.1 400 Bad Request\r\n\r\n"});
  CHECK(failure({.url = fmt::format("https://127.0.0.1:{}/", server.port()),
                 .time_max = std::chrono::milliseconds(500)})
            .code == Errc::unavailable);
  const TestListener silent;
  CHECK(failure({.url = silent.url("/", "https"), .ca_file = "/nowhere/ca.pem"}).code ==
        Errc::invalid);
  CHECK(!TlsContext::for_server("/nowhere/a.pem", "/nowhere/b.pem").ok());
}

TEST_CASE("an answer that comes before all is sent is an answer") {
  auto server =
      HttpServer::start({.body_bytes_max = 1000}, [](HttpRequest) { return HttpResponse{}; });
  REQUIRE(server.ok());
  const auto reply = http_call({.method = HttpMethod::post,
                                .url = fmt::format("http://127.0.0.1:{}/", (*server)->port()),
                                .body = std::string(8U << 20U, 'x')});
  REQUIRE_MESSAGE(reply.ok(), reply.error().message);
  CHECK(reply->status == 413);
}

}  // namespace
}  // namespace gt
