#include "server/run_trace.h"

#include "base/digest.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr int internal_span = 1;  ///< SPAN_KIND_INTERNAL
constexpr int status_ok = 1, status_error = 2;
constexpr std::size_t span_digits = 16;

std::string span_id(const RunRecord& run, std::string_view what) {
  return sha256(fmt::format("{} {}", run.uuid, what)).hex().substr(0, span_digits);
}

std::string nanoseconds(Time time) { return fmt::format("{}000", to_microseconds(time)); }

Json text_attribute(std::string_view key, std::string value) {
  return JsonObject{{"key", key}, {"value", JsonObject{{"stringValue", std::move(value)}}}};
}

Json number_attribute(std::string_view key, std::int64_t value) {
  return JsonObject{{"key", key}, {"value", JsonObject{{"intValue", std::to_string(value)}}}};
}

JsonObject status(bool has_failed, const std::string& message) {
  JsonObject made{{"code", has_failed ? status_error : status_ok}};
  if (has_failed && !message.empty()) made.set("message", message);
  return made;
}

JsonObject run_span(const RunRecord& run) {
  const Time start = run.started_at.value_or(run.created_at);
  JsonList attributes;
  attributes.push_back(text_attribute("geartrain.run", run.name()));
  attributes.push_back(text_attribute("geartrain.pipeline", run.pipeline));
  attributes.push_back(text_attribute("geartrain.state", to_text(run.state)));
  attributes.push_back(text_attribute("geartrain.logical_date", format_time(run.logical_date)));
  if (!run.trigger.empty()) attributes.push_back(text_attribute("geartrain.trigger", run.trigger));
  return {
      {"traceId", run.uuid},
      {"spanId", span_id(run, "run")},
      {"name", run.pipeline},
      {"kind", internal_span},
      {"startTimeUnixNano", nanoseconds(start)},
      {"endTimeUnixNano", nanoseconds(run.ended_at.value_or(start))},
      {"attributes", std::move(attributes)},
      {"status", status(run.state != RunState::succeeded, run.error ? run.error->message : "")}};
}

JsonObject task_span(const RunView& view, const TaskRecord& task) {
  const RunRecord& run = view.run();
  const Time start = task.started_at.value_or(*task.ended_at);
  const std::string parent = task.parent == no_task ? "run" : fmt::format("task {}", task.parent);
  JsonList attributes;
  attributes.push_back(text_attribute("geartrain.task", view.path(task)));
  attributes.push_back(text_attribute("geartrain.step", view.plan().path(task.step)));
  attributes.push_back(text_attribute("geartrain.state", to_text(task.state)));
  attributes.push_back(number_attribute("geartrain.attempts", task.attempts));
  if (task.cause) attributes.push_back(text_attribute("geartrain.cause", to_text(*task.cause)));
  if (task.exit_code) attributes.push_back(number_attribute("process.exit_code", *task.exit_code));
  return {{"traceId", run.uuid},
          {"spanId", span_id(run, fmt::format("task {}", task.index))},
          {"parentSpanId", span_id(run, parent)},
          {"name", view.path(task)},
          {"kind", internal_span},
          {"startTimeUnixNano", nanoseconds(start)},
          {"endTimeUnixNano", nanoseconds(*task.ended_at)},
          {"attributes", std::move(attributes)},
          {"status", status(task.state == TaskState::failed, task.message)}};
}

}  // namespace

JsonObject trace_of(const RunView& view, std::string_view version) {
  JsonList spans;
  spans.emplace_back(run_span(view.run()));
  for (const TaskRecord& task : view.tasks())
    if (task.ended_at) spans.emplace_back(task_span(view, task));
  JsonList resource;
  resource.push_back(text_attribute("service.name", "geartrain"));
  resource.push_back(text_attribute("service.version", std::string(version)));
  JsonObject scope{{"scope", JsonObject{{"name", "geartrain"}, {"version", version}}},
                   {"spans", std::move(spans)}};
  JsonObject whole{{"resource", JsonObject{{"attributes", std::move(resource)}}},
                   {"scopeSpans", JsonList{std::move(scope)}}};
  return {{"resourceSpans", JsonList{std::move(whole)}}};
}

}  // namespace gt
