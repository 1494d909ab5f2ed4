/// The API of a process that drives runs.
#pragma once

#include <memory>

#include "cli/records.h"
#include "cli/watched_run.h"
#include "net/http_server.h"
#include "net/listen_address.h"
#include "server/api.h"
#include "server/event_hub.h"
#include "server/run_news.h"
#include "server/server_metrics.h"

namespace gt {

/// Owner: the command. Threads: the main one; it has others of its own.
class ApiServer {
 public:
  /// What is given outlives it. `say`: from the main thread.
  ApiServer(Session& session, Records& records, RunDesk& desk, Say say);

  RunNews& news() { return news_; }
  /// Errors: denied (an address that others reach), conflict (the port is taken).
  Result<void> start(const ListenAddress& address);
  /// Streams get their end; requests in hand are answered. The desk is closed before.
  void stop();

 private:
  Result<void> make_first_token();

  Session& session_;
  Records& records_;
  Say say_;
  SystemEntropy entropy_;
  EventHub events_;
  ServerMetrics metrics_;
  RunNews news_;
  Api api_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace gt
