#include "run/notification_store.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "server/openapi.h"

namespace gt {

namespace {

/// Reads the database, which is all that answers need.
Result<ServerMetrics::Now> look(const ApiCall& call) {
  auto reader = TRY(call.parts.database.begin_read());
  ServerMetrics::Now now{.version = call.parts.version};
  for (const RunRecord& run : TRY(RunStore().open_runs(reader))) {
    ++now.open_runs;
    if (run.state == RunState::queued) ++now.queued_runs;
  }
  now.listeners = static_cast<std::int64_t>(call.parts.events.listeners());
  now.pipelines = static_cast<std::int64_t>(call.parts.desk.pipelines()->size());
  const NotificationCounts notifications = TRY(NotificationStore().counts(reader));
  now.waiting_notifications = notifications.waiting;
  now.dead_notifications = notifications.dead;
  return now;
}

}  // namespace

Answer answer_health(const ApiCall& call) {
  return json_answer(200, JsonObject{{"status", "ok"}, {"version", call.parts.version}});
}

Answer answer_ready(const ApiCall& call) {
  if (call.parts.desk.is_ending()) return error(Errc::unavailable, "the server is about to end");
  TRY(look(call));
  return json_answer(200, JsonObject{{"status", "ready"}});
}

Answer answer_metrics(const ApiCall& call) {
  return HttpResponse{.status = 200,
                      .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                      .body = call.parts.metrics.text(TRY(look(call)))};
}

Answer answer_openapi(const ApiCall&) {
  return HttpResponse{.status = 200,
                      .headers = {{"Content-Type", "application/json"}},
                      .body = std::string(openapi_text())};
}

}  // namespace gt
