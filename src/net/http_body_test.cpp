#include <algorithm>
#include <atomic>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <mutex>

#include "base/test_folder.h"
#include "net/http_server.h"
#include "net/test_client.h"

namespace gt {
namespace {

// What sinks have got, and how many of them there are.
struct Kept {
  std::mutex mutex;
  std::string bytes;
  std::size_t largest = 0;
  std::atomic<int> sinks = 0;
};

class KeepingSink final : public BodySink {
 public:
  explicit KeepingSink(Kept& kept) : kept_(kept) { ++kept_.sinks; }
  ~KeepingSink() override { --kept_.sinks; }
  Result<void> write(std::string_view bytes) override {
    const std::lock_guard lock(kept_.mutex);
    kept_.bytes += bytes;
    kept_.largest = std::max(kept_.largest, bytes.size());
    if (kept_.bytes.find("full") != std::string::npos)
      return error(Errc::exhausted, "there is no room");
    return {};
  }

 private:
  Kept& kept_;
};

struct SinkServer {
  Kept kept;
  std::unique_ptr<HttpServer> server;

  SinkServer() {
    HttpServerOptions options{.port = 0};
    options.plan_body = [this](const HttpRequest& request) -> BodyPlan {
      if (request.target.path == "/refused")
        return {.refusal = problem(401, "not without a token")};
      if (request.target.path == "/small") return {.bytes_max = 10};
      return {.bytes_max = 10'000'000, .sink = std::make_shared<KeepingSink>(kept)};
    };
    auto started = HttpServer::start(std::move(options), [this](HttpRequest request) {
      HttpResponse answer;
      const std::lock_guard lock(kept.mutex);
      answer.body = fmt::format("{} {}", request.sink ? "sink" : "text",
                                request.sink ? kept.bytes.size() : request.body.size());
      return answer;
    });
    REQUIRE(started.ok());
    server = *std::move(started);
  }
  std::string ask(const std::string& target, std::string_view fields, std::string_view body) {
    TestClient client(server->port());
    client.send(fmt::format("PUT {} HTTP/1.1\r\nHost: a\r\n{}\r\n", target, fields));
    client.send(body);
    return client.read_answer();
  }
};

TEST_CASE("a sink gets a body piece by piece, and the request has none") {
  SinkServer server;
  const std::string body(3'000'000, 'x');
  const std::string answer = server.ask("/a", "Content-Length: 3000000\r\n", body);
  CHECK(answer.ends_with("sink 3000000"));
  CHECK(server.kept.bytes == body);
  CHECK(server.kept.largest <= 128U << 10U);
  CHECK(server.kept.sinks == 0);
}

TEST_CASE("a body in chunks goes the same way, and the next request of the connection, too") {
  SinkServer server;
  TestClient client(server.server->port());
  for (int i = 1; i <= 2; ++i) {
    client.send("PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    client.send("2\r\nde\r\n0\r\n\r\n");
    CHECK(client.read_answer().ends_with(fmt::format("sink {}", 5 * i)));
  }
  client.send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  CHECK(client.read_answer().ends_with("sink 10"));
}

TEST_CASE("who may not send is answered before sending") {
  SinkServer server;
  TestClient client(server.server->port());
  client.send("PUT /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n");
  CHECK(client.read_answer().starts_with("HTTP/1.1 401 "));
  CHECK(server.kept.bytes.empty());
}

TEST_CASE("each plan has its own limit") {
  SinkServer server;
  CHECK(server.ask("/small", "Content-Length: 10\r\n", "0123456789").ends_with("text 10"));
  CHECK(server.ask("/small", "Content-Length: 11\r\n", "").starts_with("HTTP/1.1 413 "));
  CHECK(server.ask("/a", "Content-Length: 10000001\r\n", "").starts_with("HTTP/1.1 413 "));
  CHECK(server.ask("/small", "Transfer-Encoding: chunked\r\n", "b\r\n0123456789a\r\n0\r\n\r\n")
            .starts_with("HTTP/1.1 413 "));
}

TEST_CASE("a sink that cannot take more ends the request") {
  SinkServer server;
  const std::string answer = server.ask("/a", "Content-Length: 5000\r\n", "it is full");
  CHECK(answer.starts_with("HTTP/1.1 507 Insufficient Storage"));
  CHECK(answer.find("there is no room") != std::string::npos);
}

TEST_CASE("a client that goes away half way takes its sink along") {
  SinkServer server;
  {
    TestClient client(server.server->port());
    client.send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\nbegin");
    client.end_sending();
    client.await_end();
  }
  server.server->stop();
  CHECK(server.kept.sinks == 0);
}

TEST_CASE("a stretch of a file is sent as it is, and the connection goes on") {
  const TestFolder folder;
  std::string content;
  for (int i = 0; i < 200'000; ++i) content += fmt::format("{} ", i);
  const std::string path = folder.write("file", content);
  const auto server = *HttpServer::start({.port = 0}, [&](const HttpRequest& request) {
    auto body = std::make_shared<FileBody>();
    body->fd = *open_file(path, O_RDONLY);
    body->begin = request.target.path == "/end" ? 1'000'000 : 0;
    body->bytes = static_cast<std::int64_t>(content.size()) - body->begin;
    if (request.target.path == "/lies") body->bytes += 10;
    HttpResponse answer;
    answer.body = std::move(body);
    return answer;
  });
  TestClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_answer().ends_with("\r\n\r\n" + content));
  client.send("GET /end HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_answer().ends_with("\r\n\r\n" + content.substr(1'000'000)));
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_to("\r\n\r\n").find(fmt::format("Content-Length: {}", content.size())) !=
        std::string::npos);
  client.send("GET /lies HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_to_end().size() < content.size() + 300);
}

}  // namespace
}  // namespace gt
