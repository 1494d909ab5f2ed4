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
  ApiServer(Session& session, Records& records, RunDesk& desk, ProjectDesk& projects,
            CommandDesk& commands, Say say);

  RunNews& news() { return news_; }
  ServerMetrics& metrics() { return metrics_; }
  /// "https://127.0.0.1:4207"; empty where it does not listen.
  const std::string& url() const { return url_; }
  /// Other systems are told of runs from now on, where the settings name one. `say`: called by
  /// another thread.
  Result<void> start_telemetry(std::function<void(std::string)> say);
  /// Errors: denied (an address that others reach), conflict (the port is taken).
  Result<void> start(const ListenAddress& address);
  /// What an attempt needs to ask it; nullopt where it does not listen. Threads: the main one.
  std::optional<ApiAccess> access_of(const RunRecord& run, const AttemptId& attempt) const;
  /// Streams get their end; requests in hand are answered. The desk is closed before.
  void stop();

 private:
  Result<void> make_first_token();

  Session& session_;
  Records& records_;
  Say say_;
  SystemEntropy entropy_;
  std::optional<AttemptTokens> attempts_;
  std::string url_;  ///< empty where it does not listen
  EventHub events_;
  LogFeed logs_;
  ServerMetrics metrics_;
  SharedCommits commits_;
  RunNews news_;
  std::unique_ptr<Telemetry> telemetry_;
  Api api_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace gt
