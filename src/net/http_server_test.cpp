#include "net/http_server.h"

#include <doctest/doctest.h>
#include <future>
#include <mutex>
#include <stdexcept>
#include <unistd.h>

#include "net/test_client.h"

namespace gt {
namespace {

HttpResponse echo(HttpRequest request) {
  if (request.target.path == "/throw") throw std::runtime_error("a secret");
  if (request.target.path == "/throw-odd") throw 7;
  if (request.target.path == "/forged") return {.status = 200, .headers = {{"A", "b\nC: d"}}};
  if (request.target.path == "/nothing") return {.status = 204, .headers = {}, .body = {}};
  if (request.target.path == "/large") return {.body = std::string(32U << 20U, 'x')};
  return {
      .status = 200,
      .headers = {{"Content-Type", "text/plain"}},
      .body = fmt::format("{} {} {}", to_text(request.method), request.target.path, request.body)};
}

std::unique_ptr<HttpServer> server_with(HttpServerOptions options, HttpHandler handler = echo) {
  auto server = HttpServer::start(std::move(options), std::move(handler));
  REQUIRE(server.ok());
  return *std::move(server);
}

std::string get(std::string_view path, std::string_view fields = "") {
  return fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n{}\r\n", path, fields);
}

std::string post(std::string_view fields, std::string_view body = "") {
  return fmt::format("POST /p HTTP/1.1\r\nHost: h\r\n{}\r\n\r\n{}", fields, body);
}

void check_problem(const std::string& answer, int status) {
  CHECK(answer.starts_with(fmt::format("HTTP/1.1 {} ", status)));
  CHECK(answer.find("application/problem+json") != std::string::npos);
  CHECK(answer.find(fmt::format("{{\"status\":{},", status)) != std::string::npos);
}

// Holds handlers until they may go on.
class Gate {
 public:
  void wait() {
    {
      const std::lock_guard lock(mutex_);
      if (!std::exchange(has_visitor_, true)) arrived_.set_value();
    }
    opened_.wait();
  }
  void await_visitor() { arrived_.get_future().wait(); }
  void open() { open_.set_value(); }

 private:
  std::mutex mutex_;
  bool has_visitor_ = false;
  std::promise<void> arrived_;
  std::promise<void> open_;
  std::shared_future<void> opened_{open_.get_future()};
};

TEST_CASE("a request is answered, and the connection stays for the next one") {
  const auto server = server_with({});
  TestClient client(server->port());
  client.send(get("/a%20b"));
  CHECK(client.read_answer() ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nGET /a b ");
  client.send("\r\n" + post("Content-Length: 3", "abc"));
  CHECK(client.read_answer().ends_with("POST /p abc"));
  client.send(post("Transfer-Encoding: chunked", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"));
  CHECK(client.read_answer().ends_with("POST /p abc"));
  client.send(get("/nothing"));
  CHECK(client.read_answer() == "HTTP/1.1 204 No Content\r\n\r\n");
  client.send(get("/last", "Connection: close\r\n"));
  CHECK(client.read_answer().find("Connection: close") != std::string::npos);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("an old client gets its answer and the end") {
  const auto server = server_with({});
  TestClient client(server->port());
  client.send("GET /x HTTP/1.0\r\n\r\n");
  CHECK(client.read_to_end().ends_with("GET /x "));
}

TEST_CASE("a client that has ended its sending still gets its answer") {
  const auto server = server_with({});
  TestClient client(server->port());
  client.send(get("/x"));
  client.end_sending();
  CHECK(client.read_to_end().ends_with("GET /x "));
}

TEST_CASE("requests that come at once are answered in their order") {
  const auto server = server_with({});
  TestClient client(server->port());
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += get(fmt::format("/{}", i));
  client.send(requests + post("Content-Length: 1", "x") + "nonsense\r\n\r\n");
  for (int i = 0; i < 200; ++i) CHECK(client.read_answer().ends_with(fmt::format("GET /{} ", i)));
  CHECK(client.read_answer().ends_with("POST /p x"));
  check_problem(client.read_answer(), 400);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("HEAD gets what GET would, without the body") {
  const auto server = server_with({});
  TestClient client(server->port());
  client.send("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n");
  client.send(get("/next"));
  CHECK(client.read_to("\r\n\r\n").find("Content-Length: 10\r\n") != std::string::npos);
  // Also where the answer is a problem: the next answer begins where it should.
  CHECK(client.read_answer().ends_with("GET /next "));
  client.send("HEAD /throw HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(client.read_to_end().ends_with("\r\n\r\n"));
}

TEST_CASE("a client that asks whether to send its body is told to, or why not") {
  const auto server = server_with({.body_bytes_max = 10});
  TestClient client(server->port());
  client.send(post("Content-Length: 3\r\nExpect: 100-continue"));
  CHECK(client.read_to("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  CHECK(client.read_answer().ends_with("POST /p abc"));
  client.send(post("Content-Length: 11\r\nExpect: 100-continue"));
  check_problem(client.read_answer(), 413);
}

TEST_CASE("what is no request is answered with a problem, and the connection ends") {
  const auto server = server_with({.header_bytes_max = 300, .target_bytes_max = 100});
  const auto answer_to = [&](const std::string& bytes) {
    TestClient client(server->port());
    client.send(bytes);
    return client.read_to_end();
  };
  check_problem(answer_to("nonsense\r\n\r\n"), 400);
  check_problem(answer_to(get("/%")), 400);
  check_problem(answer_to(get("/" + std::string(120, 'a'))), 414);
  check_problem(answer_to(get("/", "X: " + std::string(400, 'a') + "\r\n")), 431);
  check_problem(answer_to("BREW / HTTP/1.1\r\nHost: h\r\n\r\n"), 405);
}

TEST_CASE("a body over the limit is refused without being waited for") {
  const auto server = server_with({.body_bytes_max = 10});
  TestClient known(server->port());
  known.send(post("Content-Length: 1000000000"));
  check_problem(known.read_to_end(), 413);
  TestClient chunked(server->port());
  chunked.send(post("Transfer-Encoding: chunked", "8\r\n12345678\r\n8\r\n"));
  check_problem(chunked.read_to_end(), 413);
  // One that sends all the same is not read for ever.
  TestClient stubborn(server->port());
  stubborn.send(post("Content-Length: 1000000000"));
  const std::string block(1U << 20U, 'x');
  int blocks = 0;
  while (blocks < 100 && stubborn.send(block)) ++blocks;
  CHECK(blocks < 100);
}

TEST_CASE("a handler that throws is a 500, which does not say what was thrown") {
  std::mutex mutex;
  std::string reported;
  const auto server = server_with({.report = [&](std::string_view what) {
    const std::lock_guard lock(mutex);
    reported += what;
    reported += "\n";
  }});
  TestClient client(server->port());
  for (const char* path : {"/throw", "/throw-odd"}) {
    client.send(get(path));
    const std::string answer = client.read_answer();
    check_problem(answer, 500);
    CHECK(answer.find("secret") == std::string::npos);
  }
  // The connection is in order; only an answer that cannot be sent ends it.
  client.send(get("/forged"));
  check_problem(client.read_to_end(), 500);
  const std::lock_guard lock(mutex);
  CHECK(reported ==
        "a handler threw a secret\na handler threw what is no std::exception\n"
        "the field 'A' cannot be sent\n");
}

TEST_CASE("the handler is told who asks") {
  const auto server = server_with({}, [](const HttpRequest& request) {
    return HttpResponse{.body =
                            fmt::format("{} {} {}", request.peer.address, request.peer.is_loopback,
                                        request.peer.uid.value_or(::geteuid()))};
  });
  TestClient client(server->port());
  client.send(get("/"));
  CHECK(client.read_answer().ends_with(fmt::format("127.0.0.1 true {}", ::geteuid())));
}

TEST_CASE("a client whose header does not come in time is dropped, and others are served") {
  const auto server = server_with({.header_seconds_max = 0.3});
  TestClient silent(server->port());
  TestClient slow(server->port());
  TestClient other(server->port());
  slow.send("GET / HT");
  other.send(get("/x"));
  CHECK(other.read_answer().ends_with("GET /x "));
  check_problem(slow.read_to_end(), 408);
  CHECK(silent.read_to_end().empty());
  // A byte now and then does not help.
  TestClient drop_by_drop(server->port());
  const std::string request = get("/" + std::string(2000, 'a'));
  std::size_t sent = 0;
  pollfd end = {.fd = drop_by_drop.fd(), .events = POLLIN, .revents = 0};
  while (sent < request.size() && ::poll(&end, 1, 5) == 0 &&
         drop_by_drop.send(request.substr(sent, 1)))
    ++sent;
  CHECK(sent < request.size());
  check_problem(drop_by_drop.read_to_end(), 408);
}

TEST_CASE("a client whose body does not come in time is dropped") {
  const auto server = server_with({.body_seconds_max = 0.05});
  TestClient client(server->port());
  client.send(post("Content-Length: 5", "ab"));
  check_problem(client.read_to_end(), 408);
}

TEST_CASE("a connection that is not used any more is closed without a word") {
  const auto server = server_with({.idle_seconds_max = 0.05});
  TestClient client(server->port());
  client.send(get("/x"));
  CHECK(client.read_answer().ends_with("GET /x "));
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a client that does not read its answer is dropped") {
  const auto server = server_with({.worker_threads = 1, .write_seconds_max = 0.1});
  TestClient client(server->port(), 4096);
  client.send(get("/large"));
  // Its single worker is free at once.
  TestClient other(server->port());
  other.send(get("/x"));
  CHECK(other.read_answer().ends_with("GET /x "));
  client.await_end();
  CHECK(client.read_to_end().size() < (32U << 20U));
}

TEST_CASE("a large answer arrives whole") {
  const auto server = server_with({});
  TestClient client(server->port());
  client.send(get("/large"));
  const std::string answer = client.read_answer();
  CHECK(answer.size() - answer.find("\r\n\r\n") - 4 == (32U << 20U));
}

TEST_CASE("one connection too many is told so") {
  const auto server = server_with({.connections_max = 1});
  TestClient first(server->port());
  first.send(get("/x"));
  CHECK(first.read_answer().ends_with("GET /x "));
  TestClient second(server->port());
  check_problem(second.read_to_end(), 503);
  first.send(get("/y"));
  CHECK(first.read_answer().ends_with("GET /y "));
}

TEST_CASE("a server that stops answers what is in hand, and takes nothing new") {
  Gate gate;
  auto server = server_with({.worker_threads = 1}, [&](HttpRequest request) {
    gate.wait();
    return echo(std::move(request));
  });
  TestClient idle(server->port());
  TestClient half(server->port());
  TestClient client(server->port());
  half.send(post("Content-Length: 5\r\nExpect: 100-continue"));
  CHECK(half.read_to("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(get("/x") + get("/not-any-more"));
  gate.await_visitor();
  auto stopped = std::async(std::launch::async, [&] { server->stop(); });
  // It is stopping as soon as a connection without a request is closed.
  CHECK(idle.read_to_end().empty());
  check_problem(half.read_to_end(), 503);
  gate.open();
  const std::string answer = client.read_to_end();
  CHECK(answer.find("Connection: close") != std::string::npos);
  CHECK(answer.ends_with("GET /x "));
  half.close();
  client.close();
  stopped.wait();
  CHECK(listens_nobody(server->port()));
  server->stop();
}

TEST_CASE("what is in hand for too long is closed by a stop") {
  Gate gate;
  auto server =
      server_with({.worker_threads = 1, .stop_seconds_max = 0.05}, [&](HttpRequest request) {
        gate.wait();
        return echo(std::move(request));
      });
  TestClient client(server->port());
  TestClient waiting(server->port());
  client.send(get("/x"));
  gate.await_visitor();
  waiting.send(get("/y"));
  auto stopped = std::async(std::launch::async, [&] { server->stop(); });
  CHECK(client.read_to_end().empty());
  CHECK(waiting.read_to_end().find("/y") == std::string::npos);
  // The handler is waited for, though nobody waits for its answer.
  gate.open();
  stopped.wait();
}

TEST_CASE("a server that cannot listen says why") {
  const auto server = server_with({});
  const auto second = HttpServer::start({.port = server->port()}, echo);
  REQUIRE(!second.ok());
  CHECK(second.error().code == Errc::conflict);
  CHECK(HttpServer::start({.address = "nowhere"}, echo).error().code == Errc::invalid);
  CHECK(HttpServer::start({.worker_threads = 0}, echo).error().code == Errc::invalid);
}

}  // namespace
}  // namespace gt
