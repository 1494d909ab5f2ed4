#include <algorithm>

#include "base/text.h"
#include "run/paused_pipelines.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "view/firing_view.h"
#include "view/json_shapes.h"

namespace gt {

namespace {

constexpr std::int64_t page_firings = 50, page_firings_max = 1000;

void set_schedule(const WrittenSchedule& schedule, JsonObject& shape) {
  if (const Cron* const cron = std::get_if<Cron>(&schedule.rule))
    shape.set("schedule", cron->text());
  else
    shape.set("every_seconds",
              std::chrono::duration<double>(std::get<Duration>(schedule.rule)).count());
  shape.set("timezone", schedule.timezone);
}

Json trigger_json(const PublishedPipeline& published, std::size_t index, Time now) {
  const Trigger& trigger = published.pipeline->triggers[index];
  JsonObject shape{{"name", trigger.name}, {"overlap", to_text(trigger.overlap)}};
  if (const auto* const schedule = trigger.schedule()) {
    set_schedule(*schedule, shape);
    shape.set("catchup", to_text(trigger.catchup));
  } else if (const auto* const run_end = std::get_if<RunEndRule>(&trigger.rule)) {
    JsonList states;
    for (const RunEnd end : run_end->states) states.emplace_back(to_text(end));
    shape.set("pipeline", run_end->pipeline);
    shape.set("states", std::move(states));
  } else if (const auto* const file = std::get_if<FileRule>(&trigger.rule)) {
    shape.set("file", file->glob);
    shape.set("stable_seconds", std::chrono::duration<double>(file->stable).count());
  } else if (const auto* const assets = std::get_if<AssetRule>(&trigger.rule)) {
    shape.set("assets", to_json(*assets));
  } else {
    shape.set("webhook", to_text(std::get<WebhookRule>(trigger.rule).form));
    shape.set("path", fmt::format("/api/v1/hooks/{}/{}", published.pipeline->name, trigger.name));
  }
  std::optional<Time> next;
  if (const auto& placed = published.schedules[index])
    if (const auto firing = placed->schedule.next_firing(now)) next = firing->at;
  shape.set("next_at", time_json(next));
  return shape;
}

/// By the name that it has in a path.
Result<std::shared_ptr<const PublishedPipeline>> pipeline_of_path(const ApiCall& call) {
  const auto pipelines = call.parts.desk.pipelines();
  const auto found = pipelines->find(call.name(0));
  if (found == pipelines->end())
    return error(Errc::not_found, "there is no pipeline {}", shell_quoted(printable(call.name(0))));
  return found->second;
}

Json pipeline_json(const PublishedPipeline& published, const std::vector<PausedPipeline>& paused,
                   Time now) {
  const Pipeline& pipeline = *published.pipeline;
  JsonList params, triggers, steps;
  for (const Parameter& one : pipeline.params)
    params.emplace_back(JsonObject{{"name", one.name},
                                   {"schema", one.schema},
                                   {"required", !one.default_value.has_value()},
                                   {"default", one.default_value.value_or(Json())}});
  for (std::size_t i = 0; i < pipeline.triggers.size(); ++i)
    triggers.push_back(trigger_json(published, i, now));
  for (const Step& step : pipeline.steps) steps.emplace_back(step.name);
  const auto pause = std::ranges::find(paused, pipeline.name, &PausedPipeline::pipeline);
  return JsonObject{
      {"name", pipeline.name},
      {"description", pipeline.description},
      {"path", published.path},
      {"paused_at", pause == paused.end() ? Json() : format_time(pause->paused_at)},
      {"params", std::move(params)},
      {"project_version", published.version ? Json(published.version->name()) : Json()},
      {"steps", std::move(steps)},
      {"triggers", std::move(triggers)}};
}

}  // namespace

Answer list_pipelines(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  auto reader = TRY(call.parts.database.begin_read());
  const auto paused = TRY(PausedPipelines().list(reader));
  JsonList list;
  for (const auto& [name, published] : *call.parts.desk.pipelines())
    list.push_back(pipeline_json(*published, paused, call.parts.clock.now()));
  return json_answer(200, JsonObject{{"pipelines", std::move(list)}});
}

Answer get_pipeline(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const auto published = TRY(pipeline_of_path(call));
  auto reader = TRY(call.parts.database.begin_read());
  const auto paused = TRY(PausedPipelines().list(reader));
  return json_answer(200, pipeline_json(*published, paused, call.parts.clock.now()));
}

Answer pause_pipeline(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {}));
  const auto published = TRY(pipeline_of_path(call));
  const Time now = call.parts.clock.now();
  auto writer = TRY(call.parts.database.begin_write());
  TRY(PausedPipelines().pause(writer, {published->pipeline->name, call.caller.name, now}));
  const auto paused = TRY(PausedPipelines().list(writer));
  TRY(writer.commit());
  call.parts.database.ring_engines();
  return json_answer(200, pipeline_json(*published, paused, now));
}

Answer resume_pipeline(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {}));
  const auto published = TRY(pipeline_of_path(call));
  auto writer = TRY(call.parts.database.begin_write());
  TRY(PausedPipelines().resume(writer, published->pipeline->name));
  TRY(writer.commit());
  call.parts.database.ring_engines();
  return json_answer(200, pipeline_json(*published, {}, call.parts.clock.now()));
}

Answer list_firings(const ApiCall& call) {
  TRY(check_query(call.request, {"pipeline", "trigger", "limit"}));
  FiringFilter filter;
  if (const std::string* const name = call.request.target.parameter("pipeline"))
    filter.pipeline = *name;
  if (const std::string* const name = call.request.target.parameter("trigger"))
    filter.trigger = *name;
  filter.limit = static_cast<std::size_t>(
      TRY(number_parameter(call.request, "limit", page_firings, 1, page_firings_max)));
  auto reader = TRY(call.parts.database.begin_read());
  RunStore runs;
  return json_answer(
      200, JsonObject{{"firings", firings_json(TRY(find_firings(runs, reader, filter)))}});
}

}  // namespace gt
