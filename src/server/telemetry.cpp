#include "server/telemetry.h"

#include <algorithm>

#include "base/file_lock.h"
#include "base/text.h"
#include "base/thread.h"
#include "net/http_client.h"
#include "run/reported_ends.h"
#include "run/run_end_store.h"
#include "server/run_lineage.h"
#include "server/run_trace.h"

namespace gt {

namespace {

constexpr std::string_view lineage = "openlineage", traces = "otlp";
/// Beginnings that nobody could be told of are not kept for ever.
constexpr std::size_t started_max = 1000;
constexpr std::size_t ends_at_once = 100;
constexpr Duration look_interval = std::chrono::seconds(30);
constexpr Duration first_pause = std::chrono::seconds(1), longest_pause = std::chrono::minutes(5);
constexpr Duration call_time_max = std::chrono::seconds(10);

bool is_refused(int status) {
  return status >= 400 && status < 500 && status != 401 && status != 403 && status != 408 &&
         status != 429;
}

}  // namespace

Telemetry::Telemetry(Database& database, const Home& home, Clock& clock, TelemetrySettings settings,
                     std::function<void(std::string)> say)
    : database_(database),
      home_(home),
      clock_(clock),
      settings_(std::move(settings)),
      say_(std::move(say)) {
  if (!settings_.openlineage_url.empty())
    receivers_.push_back({.name = std::string(lineage),
                          .url = settings_.openlineage_url + "/api/v1/lineage",
                          .headers = settings_.openlineage_headers});
  if (!settings_.otlp_url.empty())
    receivers_.push_back({.name = std::string(traces),
                          .url = settings_.otlp_url + "/v1/traces",
                          .headers = settings_.otlp_headers});
}

Result<void> Telemetry::start() {
  if (receivers_.empty()) return {};
  thread_ = TRY(start_thread([this](const std::stop_token& stop) { run(stop); }));
  return {};
}

void Telemetry::hear(const RunRecord& run) {
  if (receivers_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    if (!is_ended(run.state) && !settings_.openlineage_url.empty() && started_.size() < started_max)
      started_.push_back(run);
    has_news_ = true;
  }
  changed_.notify_all();
}

void Telemetry::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  changed_.notify_all();
  thread_.join();
}

void Telemetry::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    // Whoever else serves this home tells as long as it holds the lock.
    if (const auto lock = FileLock::try_take(home_.at("telemetry.lock")); lock && *lock) {
      while (!stop.stop_requested()) {
        (void)tell_starts(stop).ok();
        for (Receiver& receiver : receivers_) (void)tell_ends(receiver, stop).ok();
        std::unique_lock waiting(mutex_);
        changed_.wait_for(waiting, stop, pause_of_all(), [this] { return has_news_; });
        has_news_ = false;
      }
      return;
    }
    std::unique_lock waiting(mutex_);
    changed_.wait_for(waiting, stop, look_interval, [] { return false; });
  }
}

Duration Telemetry::pause_of_all() const {
  Duration pause = look_interval;
  for (const Receiver& receiver : receivers_)
    if (receiver.pause != Duration{}) pause = std::min(pause, receiver.pause);
  return pause;
}

Result<void> Telemetry::tell_starts(const std::stop_token& stop) {
  const auto receiver = std::ranges::find(receivers_, lineage, &Receiver::name);
  for (;;) {
    RunRecord run;
    {
      const std::lock_guard lock(mutex_);
      if (started_.empty()) return {};
      run = started_.front();
    }
    if (receiver != receivers_.end() && !send(*receiver, lineage_start(run, settings_.names), stop))
      return {};
    const std::lock_guard lock(mutex_);
    started_.pop_front();
  }
}

Result<void> Telemetry::tell_ends(Receiver& receiver, const std::stop_token& stop) {
  ReportedEnds reported;
  for (;;) {
    std::vector<RecordedRunEnd> ends;
    {
      auto writer = TRY(database_.begin_write());
      // What ended before anybody was to be told is history.
      const std::int64_t heard = TRY(reported.begin(writer, receiver.name));
      ends = TRY(RunEndStore().list_all(writer, heard, ends_at_once));
      TRY(writer.commit());
    }
    if (ends.empty()) return {};
    for (const RecordedRunEnd& end : ends) {
      for (const JsonObject& body : TRY(bodies_of(receiver, end.run)))
        if (!send(receiver, body, stop)) return {};
      auto writer = TRY(database_.begin_write());
      TRY(reported.set(writer, receiver.name, end.sequence));
      TRY(writer.commit());
    }
  }
}

/// None of a run that was removed since, or opened again, which ends once more.
Result<std::vector<JsonObject>> Telemetry::bodies_of(const Receiver& receiver, RunId id) {
  auto reader = TRY(database_.begin_read());
  RunStore runs;
  const auto run = runs.get(reader, id);
  if (!run && run.error().code == Errc::not_found) return std::vector<JsonObject>();
  TRY(run);
  if (!is_ended(run->state)) return std::vector<JsonObject>();
  const auto view = RunView::load(runs, reader, *run);
  if (!view) return std::vector<JsonObject>();
  if (receiver.name == lineage) return lineage_of(*view, settings_.names);
  return std::vector<JsonObject>{trace_of(*view, settings_.names.version)};
}

bool Telemetry::send(Receiver& receiver, const JsonObject& body, const std::stop_token& stop) {
  if (receiver.pause != Duration{} && clock_.now() < receiver.silent_until) return false;
  HttpCall call{.method = HttpMethod::post,
                .url = receiver.url,
                .headers = receiver.headers,
                .body = compact_json(body),
                .time_max = call_time_max,
                .ca_file = settings_.ca_file};
  call.headers.add("Content-Type", "application/json");
  const auto reply = http_call(call, stop);
  if (!reply && reply.error().code == Errc::cancelled) return false;
  if (reply && (reply->status < 300 || is_refused(reply->status))) {
    if (reply->status >= 300)
      say_(fmt::format("{} refuses an event with status {}", receiver.name, reply->status));
    else if (receiver.pause != Duration{})
      say_(fmt::format("{} answers again", receiver.name));
    receiver.pause = Duration{};
    return true;
  }
  if (receiver.pause == Duration{})
    say_(fmt::format("{} does not take events: {}", receiver.name,
                     reply ? fmt::format("status {}", reply->status) : reply.error().message));
  receiver.pause = std::clamp(receiver.pause * 2, first_pause, longest_pause);
  receiver.silent_until = clock_.now() + receiver.pause;
  return false;
}

}  // namespace gt
