#include "server/server_metrics.h"

#include <cstdio>
#include <dirent.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"

namespace gt {

namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// Of a label (exposition format 0.0.4): backslash, quote and line break.
std::string label(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n')
      quoted += "\\n";
    else if (c == '"' || c == '\\')
      quoted += {'\\', c};
    else
      quoted += c;
  }
  return quoted + "\"";
}

void head(std::string& text, const char* name, const char* type, const char* help) {
  text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

std::int64_t resident_bytes() {
  long pages = 0, resident = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  const int read = std::fscanf(file, "%ld %ld", &pages, &resident);
  std::fclose(file);
  return read == 2 ? std::int64_t{resident} * ::sysconf(_SC_PAGESIZE) : 0;
}

std::int64_t open_files() {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  std::int64_t count = 0;
  while (const dirent* entry = ::readdir(folder)) count += entry->d_name[0] != '.';
  ::closedir(folder);
  return count - 1;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

void process(std::string& text, Time started_at) {
  head(text, "process_cpu_seconds_total", "counter", "CPU time of the server, without its steps.");
  text += fmt::format("process_cpu_seconds_total {}\n", cpu_seconds());
  head(text, "process_resident_memory_bytes", "gauge", "Resident memory of the server.");
  text += fmt::format("process_resident_memory_bytes {}\n", resident_bytes());
  head(text, "process_open_fds", "gauge", "Open file descriptors of the server.");
  text += fmt::format("process_open_fds {}\n", open_files());
  head(text, "process_start_time_seconds", "gauge", "When the server started, since 1970.");
  text += fmt::format("process_start_time_seconds {}\n", seconds(started_at.time_since_epoch()));
}

}  // namespace

void ServerMetrics::request(const std::string& method, const std::string& route, int status,
                            Duration took) {
  const double value = seconds(took);
  const std::lock_guard lock(mutex_);
  ++requests_[{method, route, status}];
  Histogram& histogram = seconds_[route];
  std::size_t bucket = 0;
  while (bucket < bounds.size() && value > bounds[bucket]) ++bucket;
  ++histogram.counts[bucket];
  histogram.sum += value;
}

void ServerMetrics::run_ended(const std::string& pipeline, RunState state, Duration took) {
  const std::lock_guard lock(mutex_);
  auto& [count, sum] = runs_[{pipeline, state}];
  ++count;
  sum += seconds(took);
}

void ServerMetrics::task_ended(const std::string& pipeline, TaskState state) {
  const std::lock_guard lock(mutex_);
  ++tasks_[{pipeline, state}];
}

void ServerMetrics::told(bool is_sent) {
  const std::lock_guard lock(mutex_);
  ++(is_sent ? sent_ : not_sent_);
}

std::string ServerMetrics::text(const Now& now) const {
  std::string text;
  head(text, "geartrain_build_info", "gauge", "Which geartrain this is.");
  text += fmt::format("geartrain_build_info{{version={}}} 1\n", label(now.version));
  head(text, "geartrain_open_runs", "gauge",
       "Runs that have not ended, by whether they have begun.");
  text += fmt::format("geartrain_open_runs{{state=\"queued\"}} {}\n", now.queued_runs);
  text +=
      fmt::format("geartrain_open_runs{{state=\"running\"}} {}\n", now.open_runs - now.queued_runs);
  head(text, "geartrain_pipelines", "gauge", "Pipelines that are served.");
  text += fmt::format("geartrain_pipelines {}\n", now.pipelines);
  head(text, "geartrain_event_listeners", "gauge", "Open event streams.");
  text += fmt::format("geartrain_event_listeners {}\n", now.listeners);
  head(text, "geartrain_notifications", "gauge",
       "Notifications that wait to be sent, and those that were given up.");
  text +=
      fmt::format("geartrain_notifications{{state=\"waiting\"}} {}\n", now.waiting_notifications);
  text += fmt::format("geartrain_notifications{{state=\"dead\"}} {}\n", now.dead_notifications);
  const std::lock_guard lock(mutex_);
  head(text, "geartrain_notification_tries_total", "counter",
       "How often receivers were sent notifications, by whether they took them.");
  text += fmt::format("geartrain_notification_tries_total{{result=\"sent\"}} {}\n", sent_);
  text += fmt::format("geartrain_notification_tries_total{{result=\"failed\"}} {}\n", not_sent_);
  head(text, "geartrain_runs_ended_total", "counter", "Runs that ended, of those driven here.");
  for (const auto& [key, value] : runs_)
    text += fmt::format("geartrain_runs_ended_total{{pipeline={},state=\"{}\"}} {}\n",
                        label(key.first), to_text(key.second), value.first);
  head(text, "geartrain_run_seconds_total", "counter", "How long these runs took, together.");
  for (const auto& [key, value] : runs_)
    text += fmt::format("geartrain_run_seconds_total{{pipeline={},state=\"{}\"}} {}\n",
                        label(key.first), to_text(key.second), value.second);
  head(text, "geartrain_tasks_ended_total", "counter", "Tasks that ended, of runs driven here.");
  for (const auto& [key, value] : tasks_)
    text += fmt::format("geartrain_tasks_ended_total{{pipeline={},state=\"{}\"}} {}\n",
                        label(key.first), to_text(key.second), value);
  head(text, "geartrain_http_requests_total", "counter", "Requests that were answered.");
  for (const auto& [key, value] : requests_)
    text += fmt::format("geartrain_http_requests_total{{method={},route={},status=\"{}\"}} {}\n",
                        label(key.method), label(key.route), key.status, value);
  head(text, "geartrain_http_request_seconds", "histogram", "From the request to its answer.");
  for (const auto& [route, histogram] : seconds_) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
      count += histogram.counts[i];
      const std::string bound = i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf";
      text += fmt::format("geartrain_http_request_seconds_bucket{{route={},le=\"{}\"}} {}\n",
                          label(route), bound, count);
    }
    text += fmt::format("geartrain_http_request_seconds_sum{{route={}}} {}\n", label(route),
                        histogram.sum);
    text +=
        fmt::format("geartrain_http_request_seconds_count{{route={}}} {}\n", label(route), count);
  }
  process(text, started_at_);
  return text;
}

}  // namespace gt
