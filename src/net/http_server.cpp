#include "net/http_server.h"

#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread.h"
#include "net/http_session.h"
#include "net/listen_socket.h"

namespace gt {
namespace {

// So many more than connections_max get a 503; others are closed at once.
constexpr std::size_t refusals_max = 64;

// What cannot be set is no loss: each limit of ours holds without the kernel's help.
void set_options(int socket, const HttpServerOptions& options) {
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
  // A peer whose machine is gone: without it the kernel sends a heartbeat again for a quarter of an
  // hour.
  const auto milliseconds = static_cast<unsigned>(options.write_seconds_max * 1000);
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

void take(HttpShared& shared, UniqueFd connection) {
  const std::size_t open = shared.sessions.size();
  if (open >= shared.options.connections_max + refusals_max) return;
  set_options(connection.get(), shared.options);
  HttpSession::begin(shared, std::move(connection), open < shared.options.connections_max);
}

std::vector<std::shared_ptr<HttpSession>> sessions_of(const HttpShared& shared) {
  return {shared.sessions.begin(), shared.sessions.end()};
}

void close_all(HttpShared& shared) {
  shared.workers->drop_waiting();
  for (const auto& session : sessions_of(shared)) session->close();
}

void begin_stop(HttpShared& shared) {
  shared.is_stopping = true;
  for (const auto& session : sessions_of(shared)) session->stop();
  if (shared.sessions.empty()) return;
  const auto limit = std::chrono::duration<double>(shared.options.stop_seconds_max);
  shared.stop_timer.start(std::chrono::duration_cast<Duration>(limit),
                          [&shared] { close_all(shared); });
}

}  // namespace

struct HttpServer::Parts {
  Parts(HttpServerOptions options, HttpHandler handler)
      : shared(std::move(options), std::move(handler)) {}

  HttpShared shared;
  std::unique_ptr<IoListener> listener;
  std::uint16_t port = 0;
  std::mutex stopping;
  std::jthread thread;
};

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options,
                                                      HttpHandler handler) {
  if (options.worker_threads == 0) return error(Errc::invalid, "a server needs a worker");
  UniqueFd socket = TRY(listen_at(options.address, options.port));
  auto parts = std::make_unique<Parts>(std::move(options), std::move(handler));
  HttpShared& shared = parts->shared;
  parts->port = TRY(port_of(socket.get()));
  shared.workers = TRY(HttpWorkers::start(shared.options.worker_threads));
  parts->listener = std::make_unique<IoListener>(shared.loop, std::move(socket));
  parts->listener->start([&shared](UniqueFd connection) { take(shared, std::move(connection)); });
  parts->thread = TRY(start_thread([&shared] { shared.loop.run(); }));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::port() const { return parts_->port; }

void HttpServer::stop() {
  const std::lock_guard lock(parts_->stopping);
  if (!parts_->thread.joinable()) return;
  parts_->shared.loop.post([parts = parts_.get()] {
    parts->listener->close();
    begin_stop(parts->shared);
  });
  parts_->thread.join();
}

}  // namespace gt
