#include "view/json_shapes.h"

#include "base/text.h"
#include "expression/value.h"
#include "run/backfill.h"
#include "schedule/task_context.h"

namespace gt {

namespace {

Json failure_json(const std::optional<AttemptFailed>& failure) {
  if (!failure) return {};
  return JsonObject{{"cause", to_text(failure->cause)}, {"message", failure->message}};
}

Json interval_json(const std::optional<DataInterval>& interval) {
  if (!interval) return {};
  return JsonObject{{"start", format_time(interval->start)}, {"end", format_time(interval->end)}};
}

Json mark_json(const TaskMark* mark) {
  if (mark == nullptr) return {};
  return JsonObject{{"by", mark->by}, {"comment", mark->comment}, {"at", format_time(mark->at)}};
}

Json approval_json(const ApprovalRecord* approval) {
  if (approval == nullptr) return {};
  return JsonObject{{"decision", to_text(approval->decision)},
                    {"by", approval->by},
                    {"comment", approval->comment},
                    {"at", format_time(approval->at)}};
}

/// Of what it waits for that comes by itself.
Json next_at_json(const TaskRecord& task) {
  const bool waits = task.state == TaskState::deferred || task.state == TaskState::retry_wait;
  return waits ? time_json(task.next_at) : Json();
}

Result<Json> outputs_json(const RunView& view, const TaskRecord& task) {
  JsonObject outputs;
  const TaskResult* const result = view.result(task);
  if (result == nullptr || !is_success(task.state)) return Json(std::move(outputs));
  const auto names = output_names(view.step_of(task));
  for (std::size_t i = 0; i < names.size() && i < result->outputs.size(); ++i) {
    Json value = TRY(to_json(result->outputs[i]));
    outputs.set(names[i], std::move(value));
  }
  return Json(std::move(outputs));
}

}  // namespace

Json time_json(const std::optional<Time>& time) { return time ? Json(format_time(*time)) : Json(); }

JsonObject run_summary_json(const RunRecord& run) {
  return {{"id", run.uuid},
          {"name", run.name()},
          {"pipeline", run.pipeline},
          {"state", to_text(run.state)},
          {"params", run.params},
          {"inputs_from", run.options.inputs_from.empty() ? Json() : Json(run.options.inputs_from)},
          {"error", failure_json(run.error)},
          {"logical_date", format_time(run.logical_date)},
          {"trigger", run.trigger.empty() ? Json() : Json(run.trigger)},
          {"interval", interval_json(run.interval)},
          {"backfill", run.backfill ? Json(backfill_name(*run.backfill)) : Json()},
          {"created_at", format_time(run.created_at)},
          {"started_at", time_json(run.started_at)},
          {"ended_at", time_json(run.ended_at)},
          {"project_version", run.project_version.empty() ? Json() : Json(run.project_version)},
          {"source_digest", run.source_digest},
          {"git", run.git},
          {"batch", run.batch.empty() ? Json() : Json(run.batch)}};
}

Result<JsonObject> task_json(const RunView& view, const TaskRecord& task) {
  const auto item = view.item(task);
  Json matrix = TRY(view.matrix(task));
  Json outputs = TRY(outputs_json(view, task));
  const std::string source = view.source_run(task);
  return JsonObject{
      {"step", view.plan().path(task.step)},
      {"index", item ? Json(std::int64_t{*item}) : Json()},
      {"matrix", std::move(matrix)},
      {"state", to_text(task.state)},
      {"attempts", std::int64_t{task.attempts}},
      {"outputs", std::move(outputs)},
      {"cause", task.cause ? Json(to_text(*task.cause)) : Json()},
      {"started_at", time_json(task.started_at)},
      {"ended_at", time_json(task.ended_at)},
      {"path", view.path(task)},
      {"kind", to_text(task.kind)},
      {"message", task.state == TaskState::deferred ? view.waits(task) : task.message},
      {"approval", approval_json(view.approval(task))},
      {"next_at", next_at_json(task)},
      {"cached_from", source.empty() ? Json() : Json(source)},
      {"marked", mark_json(view.mark(task))},
      {"memory_bytes", task.memory_bytes ? Json(*task.memory_bytes) : Json()},
      {"exit_code", task.exit_code ? Json(*task.exit_code) : Json()},
      {"deadline_missed_at", time_json(view.deadline_missed_at(task))}};
}

Result<Json> run_outputs_json(const RunView& view) {
  JsonObject outputs;
  for (const auto& [name, value] : TRY(view.outputs())) {
    Json shape = TRY(to_json(value));
    outputs.set(name, std::move(shape));
  }
  return Json(std::move(outputs));
}

Result<JsonObject> run_json(const RunView& view) {
  JsonObject run = run_summary_json(view.run());
  JsonList tasks, containers;
  for (const TaskRecord* task : view.in_order()) {
    JsonObject shape = TRY(task_json(view, *task));
    (view.has_parts(*task) ? containers : tasks).emplace_back(std::move(shape));
  }
  Json outputs = TRY(run_outputs_json(view));
  Json assets = TRY(to_json(Value(view.run().assets)));
  run.set("assets", std::move(assets));
  run.set("deadline", time_json(view.deadline()));
  run.set("deadline_missed_at", time_json(view.deadline_missed_at()));
  run.set("outputs", std::move(outputs));
  run.set("tasks", std::move(tasks));
  run.set("containers", std::move(containers));
  return run;
}

}  // namespace gt
