/// Tells other systems of runs: OpenLineage, and traces by OTLP. A thread of its own, which reads
/// what is recorded, so that no run waits for it, and an end of a run is told also after a restart.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.h"
#include "db/database.h"
#include "db/home.h"
#include "net/http_message.h"
#include "run/run_store.h"
#include "server/run_lineage.h"

namespace gt {

struct TelemetrySettings {
  std::string openlineage_url = {};  ///< without its path; empty: none is told
  HttpHeaders openlineage_headers = {};
  std::string otlp_url = {};  ///< without `/v1/traces`; empty: none is told
  HttpHeaders otlp_headers = {};
  LineageNames names = {.namespace_name = "geartrain", .version = {}};
  std::string ca_file = {};

  bool is_needed() const { return !openlineage_url.empty() || !otlp_url.empty(); }
};

/// Each receiver is told of each end at least once, in their order; one that does not answer is
/// asked again after a while, and what it refuses (a status of 400 to 499 but 401, 403, 408 and
/// 429) is left out. Of several servers of a home one tells. Threads: any.
class Telemetry {
 public:
  /// What is given outlives it. `say`: called by its thread.
  Telemetry(Database& database, const Home& home, Clock& clock, TelemetrySettings settings,
            std::function<void(std::string)> say);
  ~Telemetry() { stop(); }

  /// Errc::exhausted: no threads.
  Result<void> start();
  /// A run has begun or ended. Costs a lock.
  void hear(const RunRecord& run);
  /// What is being sent has a few seconds.
  void stop();

 private:
  struct Receiver {
    std::string name;
    std::string url;
    HttpHeaders headers;
    Duration pause{};  ///< before it is asked again; zero: it answers
    Time silent_until{};
  };

  void run(const std::stop_token& stop);
  Result<void> tell_starts(const std::stop_token& stop);
  Result<void> tell_ends(Receiver& receiver, const std::stop_token& stop);
  Result<std::vector<JsonObject>> bodies_of(const Receiver& receiver, RunId run);
  /// False: not now.
  bool send(Receiver& receiver, const JsonObject& body, const std::stop_token& stop);
  Duration pause_of_all() const;

  Database& database_;
  const Home& home_;
  Clock& clock_;
  const TelemetrySettings settings_;
  const std::function<void(std::string)> say_;
  std::vector<Receiver> receivers_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool has_news_ = true;
  std::deque<RunRecord> started_;
  std::jthread thread_;
};

}  // namespace gt
