/// An HTTP/1.1 server: one thread for all connections, others for the handler.
///
/// A client gets what it asks for or a problem as JSON (400 not HTTP, 405 a method that is unknown
/// here, 408 too slow, 413 body too large, 414 and 431 target and header too large, 417, 500 the
/// handler threw, 501 an encoding that is unknown here, 503 too many connections or the server
/// stops, 505). Requests of one connection are answered in their order, one at a time. No client
/// can make others wait: each wait for one has a limit, and nobody waits for a body but the
/// connection itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/body_plan.h"
#include "net/http_message.h"
#include "net/tls.h"

namespace gt {

struct HttpServerOptions {
  /// In numbers: "127.0.0.1", "::1", "::" (also for IPv4).
  std::string address = "127.0.0.1";
  /// 0: any free one, which port() tells.
  std::uint16_t port = 0;
  /// With it the server speaks TLS, and nothing else.
  std::optional<TlsContext> tls = {};
  /// As many requests are handled at a time; others wait for their turn.
  unsigned worker_threads = 4;

  /// The request line and all fields.
  std::size_t header_bytes_max = 16U << 10U;
  std::size_t target_bytes_max = 8U << 10U;
  /// Of one request; all of it is held in memory.
  std::size_t body_bytes_max = 1U << 20U;
  /// Decides for each request instead of the limit above.
  BodyPlanner plan_body = {};
  /// Open streams count. One more gets a 503.
  std::size_t connections_max = 16'384;

  /// For a header, from its first byte, or from the connection's begin.
  double header_seconds_max = 10;
  /// For a body, from the end of the header; for one that a sink takes, for each piece of it.
  double body_seconds_max = 60;
  /// Between two requests.
  double idle_seconds_max = 75;
  /// For each 64 KiB of an answer, and for what is sent of a stream at a time.
  double write_seconds_max = 30;
  /// For what is in hand when the server stops.
  double stop_seconds_max = 5;

  /// Is told what a handler threw, or gave that cannot be sent; the client gets a 500 without it.
  /// Called by the workers and the loop; does not throw.
  std::function<void(std::string_view)> report = {};
};

/// Called by any of the workers, several at a time. It may take as long as it needs, and may throw.
using HttpHandler = std::function<HttpResponse(HttpRequest)>;

/// Threads: any.
class HttpServer {
 public:
  /// Listens already when it returns. Errc::invalid: an address that is none; conflict: the port is
  /// taken; denied: the port is not permitted; exhausted: no threads or descriptors.
  static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, HttpHandler handler);
  /// Stops.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;

  /// No new connections; requests in hand are answered, streams get what was pushed and their end,
  /// and what is not through within the limit is closed. Returns when no handler is running any
  /// more: one that never returns is waited for.
  void stop();

 private:
  struct Parts;
  explicit HttpServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace gt
