/// Numbers about the server for Prometheus (text exposition format 0.0.4).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.h"
#include "run/attempt.h"
#include "run/task.h"

namespace gt {

/// Counts from the server's start on. Threads: any.
class ServerMetrics {
 public:
  explicit ServerMetrics(Time started_at) : started_at_(started_at) {}

  /// `route` is the pattern, so that there are few of them.
  void request(const std::string& method, const std::string& route, int status, Duration took);
  void run_ended(const std::string& pipeline, RunState state, Duration took);
  void task_ended(const std::string& pipeline, TaskState state);
  /// A receiver was sent a notification, and has taken it or not.
  void told(bool is_sent);

  struct Now {
    std::int64_t open_runs = 0, queued_runs = 0, listeners = 0, pipelines = 0;
    std::int64_t waiting_notifications = 0, dead_notifications = 0;
    std::string version;
  };
  std::string text(const Now& now) const;

 private:
  static constexpr std::array<double, 11> bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                    0.1,   0.25,   0.5,   1,    5};
  struct Histogram {
    std::array<std::int64_t, bounds.size() + 1> counts{};
    double sum = 0;
  };
  struct Request {
    std::string method, route;
    int status;
    auto operator<=>(const Request&) const = default;
  };

  const Time started_at_;
  mutable std::mutex mutex_;
  std::map<Request, std::int64_t> requests_;
  std::map<std::string, Histogram> seconds_;  ///< by route
  std::map<std::pair<std::string, RunState>, std::pair<std::int64_t, double>> runs_;
  std::map<std::pair<std::string, TaskState>, std::int64_t> tasks_;
  std::int64_t sent_ = 0, not_sent_ = 0;  ///< tries
};

}  // namespace gt
