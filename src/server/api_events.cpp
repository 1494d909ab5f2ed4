#include "server/answers.h"
#include "server/api_handlers.h"

namespace gt {

namespace {

Answer stream(const ApiCall& call, const std::optional<std::string>& run) {
  std::optional<std::string> last_id;
  if (const std::string* const id = call.request.headers.find("Last-Event-ID")) last_id = *id;
  if (const std::string* const id = call.request.target.parameter("last_event_id")) last_id = *id;
  auto events = TRY(call.parts.events.listen(run, last_id));
  return HttpResponse{.status = 200,
                      .headers = {{"Content-Type", events->options().content_type},
                                  {"Cache-Control", "no-store"},
                                  {"X-Accel-Buffering", "no"}},
                      .body = std::move(events)};
}

}  // namespace

Answer stream_events(const ApiCall& call) {
  TRY(check_query(call.request, {"last_event_id"}));
  return stream(call, std::nullopt);
}

Answer stream_run_events(const ApiCall& call) {
  TRY(check_query(call.request, {"last_event_id"}));
  std::string run;
  {
    auto reader = TRY(call.parts.database.begin_read());
    run = TRY(run_of_path(call, reader)).uuid;
  }
  return stream(call, run);
}

}  // namespace gt
