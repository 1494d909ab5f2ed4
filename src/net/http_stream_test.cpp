#include <deque>
#include <doctest/doctest.h>
#include <future>
#include <mutex>

#include "net/event_stream.h"
#include "net/http_server.h"
#include "net/test_client.h"

namespace gt {
namespace {

// A server that answers with a stream, which the test gets at the other side.
class StreamServer {
 public:
  explicit StreamServer(HttpServerOptions options = {}, EventStreamOptions stream = {}) {
    auto started = HttpServer::start(std::move(options), [this, stream](const HttpRequest&) {
      auto made = EventStream::create(stream);
      const std::lock_guard lock(mutex_);
      made_.front().set_value(made);
      made_.pop_front();
      return HttpResponse{.body = made};
    });
    REQUIRE(started.ok());
    server_ = *std::move(started);
  }

  std::uint16_t port() const { return server_->port(); }
  void stop() { server_->stop(); }

  std::shared_ptr<EventStream> ask(TestClient& client, std::string_view request) {
    std::future<std::shared_ptr<EventStream>> stream;
    {
      const std::lock_guard lock(mutex_);
      stream = made_.emplace_back().get_future();
    }
    client.send(request);
    return stream.get();
  }

 private:
  std::mutex mutex_;
  std::deque<std::promise<std::shared_ptr<EventStream>>> made_;
  std::unique_ptr<HttpServer> server_;
};

constexpr std::string_view get_1_1 = "GET /events HTTP/1.1\r\nHost: h\r\n\r\n";

// Pushing is how one learns that the client is gone.
void push_until_closed(EventStream& stream) {
  while (stream.push(std::string(1000, 'x'))) continue;
}

TEST_CASE("what is pushed arrives as it is pushed, and the end after it") {
  StreamServer server;
  TestClient client(server.port());
  const auto stream = server.ask(client, get_1_1);
  const std::string head = client.read_to("\r\n\r\n");
  CHECK(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
  CHECK(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(stream->push("first"));
  CHECK(client.read_to("first\r\n") == "5\r\nfirst\r\n");
  CHECK(stream->push("second, which is longer"));
  CHECK(client.read_to("longer\r\n") == "17\r\nsecond, which is longer\r\n");
  CHECK(stream->push("last"));
  stream->close();
  CHECK(!stream->push("none"));
  CHECK(client.read_to_end().ends_with("last\r\n0\r\n\r\n"));
}

TEST_CASE("what was pushed and closed before the answer is sent, too") {
  const auto server = HttpServer::start({}, [](const HttpRequest&) {
    auto stream = EventStream::create({.content_type = "text/plain", .heartbeat = ""});
    stream->push("all of it");
    stream->close();
    return HttpResponse{.body = stream};
  });
  REQUIRE(server.ok());
  TestClient client((*server)->port());
  client.send(get_1_1);
  CHECK(client.read_to_end().ends_with("\r\n\r\n9\r\nall of it\r\n0\r\n\r\n"));
}

TEST_CASE("an old client gets a stream without chunks") {
  StreamServer server;
  TestClient client(server.port());
  const auto stream = server.ask(client, "GET / HTTP/1.0\r\n\r\n");
  stream->push("text");
  stream->close();
  CHECK(client.read_to_end().ends_with("\r\n\r\ntext"));
}

TEST_CASE("HEAD gets the head of a stream alone") {
  StreamServer server;
  TestClient client(server.port());
  const auto stream = server.ask(client, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.read_to_end().ends_with("\r\n\r\n"));
  CHECK(!stream->is_open());
}

TEST_CASE("a client that does not read a stream is closed, and who pushes does not wait") {
  StreamServer server({}, {.queue_bytes_max = 100'000});
  TestClient client(server.port(), 4096);
  TestClient reader(server.port());
  const auto stream = server.ask(client, get_1_1);
  const auto other = server.ask(reader, get_1_1);
  push_until_closed(*stream);
  CHECK(!stream->is_open());
  other->push("still here");
  CHECK(reader.read_to("still here").ends_with("still here"));
  client.await_end();
}

TEST_CASE("a client that reads nothing of what is written is closed in time") {
  StreamServer server({.write_seconds_max = 0.1}, {.queue_bytes_max = 64U << 20U});
  TestClient client(server.port(), 4096);
  const auto stream = server.ask(client, get_1_1);
  CHECK(stream->push(std::string(32U << 20U, 'x')));
  client.await_end();
  CHECK(client.read_to_end().size() < (32U << 20U));
  CHECK(!stream->is_open());
}

TEST_CASE("a stream whose client goes is closed") {
  StreamServer server;
  TestClient client(server.port());
  const auto stream = server.ask(client, get_1_1);
  client.read_to("\r\n\r\n");
  client.close();
  push_until_closed(*stream);
  CHECK(!stream->is_open());
}

TEST_CASE("a stream without news sends heartbeats") {
  StreamServer server({}, {.heartbeat_seconds = 0.02});
  TestClient client(server.port());
  const auto stream = server.ask(client, get_1_1);
  client.read_to("\r\n\r\n");
  for (int i = 0; i < 3; ++i) CHECK(client.read_to(":\n\n\r\n") == "3\r\n:\n\n\r\n");
  CHECK(stream->push("news"));
  CHECK(client.read_to("news").ends_with("news"));
}

TEST_CASE("a server that stops ends its streams after what was pushed") {
  StreamServer server;
  TestClient client(server.port());
  const auto stream = server.ask(client, get_1_1);
  client.read_to("\r\n\r\n");
  stream->push("the last words");
  auto stopped = std::async(std::launch::async, [&] { server.stop(); });
  CHECK(client.read_to_end() == "e\r\nthe last words\r\n0\r\n\r\n");
  client.close();
  stopped.wait();
  CHECK(!stream->push("x"));
}

TEST_CASE("a stream may live longer than its server") {
  std::shared_ptr<EventStream> stream;
  {
    StreamServer server;
    TestClient client(server.port());
    stream = server.ask(client, get_1_1);
    client.read_to("\r\n\r\n");
    client.close();
  }
  CHECK(!stream->is_open());
  CHECK(!stream->push("x"));
}

TEST_CASE("many idle streams get what is pushed to all of them") {
  constexpr int streams_count = 300;
  StreamServer server({.worker_threads = 1});
  std::deque<TestClient> clients;
  std::deque<std::shared_ptr<EventStream>> streams;
  for (int i = 0; i < streams_count; ++i)
    streams.push_back(server.ask(clients.emplace_back(server.port()), get_1_1));
  for (const auto& stream : streams) CHECK(stream->push("news"));
  for (auto& client : clients) CHECK(client.read_to("news").ends_with("news"));
  clients.clear();
}

}  // namespace
}  // namespace gt
