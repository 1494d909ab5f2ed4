#include "server/mlflow_answers.h"

#include <cmath>

#include "base/json.h"
#include "server/answers.h"

namespace gt {

namespace {

struct ErrorWord {
  int status;
  const char* code;
};

ErrorWord word_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return {400, "INVALID_PARAMETER_VALUE"};
    case Errc::not_found:
      return {404, "RESOURCE_DOES_NOT_EXIST"};
    case Errc::conflict:
      return {400, "RESOURCE_ALREADY_EXISTS"};
    case Errc::denied:
      return {403, "PERMISSION_DENIED"};
    case Errc::exhausted:
      return {507, "RESOURCE_EXHAUSTED"};
    case Errc::unavailable:
    case Errc::cancelled:
      return {503, "TEMPORARILY_UNAVAILABLE"};
    case Errc::internal:
      break;
  }
  return {500, "INTERNAL_ERROR"};
}

std::string text_of(const Error& error) {
  return error.hint.empty() ? error.message : error.message + " (" + error.hint + ")";
}

void add_pairs(MlflowText& text, std::string_view name, const std::vector<TrackingTag>& pairs) {
  if (pairs.empty()) return;
  text.open_list(name);
  for (const TrackingTag& pair : pairs) {
    text.open();
    text.add("key", pair.key);
    text.add("value", pair.value);
    text.close();
  }
  text.close_list();
}

void add_inputs(MlflowText& text, const std::vector<DatasetInput>& inputs) {
  text.open("inputs");
  if (!inputs.empty()) {
    text.open_list("dataset_inputs");
    for (const DatasetInput& input : inputs) {
      text.open();
      add_pairs(text, "tags", input.tags);
      text.open("dataset");
      text.add("name", input.dataset.name);
      text.add("digest", input.dataset.digest);
      text.add("source_type", input.dataset.source_type);
      text.add("source", input.dataset.source);
      if (input.dataset.schema) text.add("schema", *input.dataset.schema);
      if (input.dataset.profile) text.add("profile", *input.dataset.profile);
      text.close();
      text.close();
    }
    text.close_list();
  }
  text.close();
}

}  // namespace

HttpResponse mlflow_error(int status, std::string_view code, std::string_view message) {
  return json_answer(status, JsonObject{{"error_code", code}, {"message", message}});
}

HttpResponse mlflow_error(const Error& error) {
  const ErrorWord word = word_of(error.code);
  return mlflow_error(word.status, word.code, text_of(error));
}

HttpResponse mlflow_unauthorized(const Error& error) {
  HttpResponse answer = mlflow_error(401, "UNAUTHENTICATED", text_of(error));
  answer.headers.add("WWW-Authenticate", "Bearer realm=\"geartrain\"");
  return answer;
}

Result<RunInFull> run_in_full(Transaction& reader, TrackingRun run) {
  RunInFull full{.run = std::move(run)};
  full.metrics = TRY(MetricStore().newest(reader, full.run.id));
  full.params = TRY(TrackingRunStore().params(reader, full.run.id));
  full.tags = TRY(TrackingRunStore().tags(reader, full.run.id));
  full.inputs = TRY(DatasetStore().inputs(reader, full.run.id));
  return full;
}

void MlflowText::name(std::string_view name) {
  if (!is_first_) text_ += ',';
  is_first_ = false;
  if (name.empty()) return;
  text_.append("\"").append(name).append("\":");
}

void MlflowText::open(std::string_view name_of_it) {
  name(name_of_it);
  text_ += '{';
  is_first_ = true;
}

void MlflowText::close() {
  text_ += '}';
  is_first_ = false;
}

void MlflowText::open_list(std::string_view name_of_it) {
  name(name_of_it);
  text_ += '[';
  is_first_ = true;
}

void MlflowText::close_list() {
  text_ += ']';
  is_first_ = false;
}

void MlflowText::add(std::string_view name_of_it, std::string_view value) {
  name(name_of_it);
  text_ += json_quoted(value);
}

void MlflowText::add(std::string_view name_of_it, std::int64_t value) {
  name(name_of_it);
  text_ += fmt::format_int(value).c_str();
}

void MlflowText::add(std::string_view name_of_it, double value) {
  name(name_of_it);
  if (std::isnan(value))
    text_ += "\"NaN\"";
  else if (std::isinf(value))
    text_ += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  else
    text_ += compact_json(value);
}

void MlflowText::add(std::string_view name_of_it, bool value) {
  name(name_of_it);
  text_ += value ? "true" : "false";
}

HttpResponse MlflowText::answer() && { return json_text_answer(200, std::move(text_)); }

void add_experiment(MlflowText& text, std::string_view name, const Experiment& experiment) {
  text.open(name);
  text.add("experiment_id", std::to_string(experiment.id));
  text.add("name", experiment.name);
  text.add("artifact_location", experiment.artifact_location);
  text.add("lifecycle_stage", experiment.is_deleted ? "deleted" : "active");
  // The default experiment is older than anybody can tell.
  if (experiment.created_ms > 0) text.add("creation_time", experiment.created_ms);
  if (experiment.updated_ms > 0) text.add("last_update_time", experiment.updated_ms);
  add_pairs(text, "tags", experiment.tags);
  text.close();
}

void add_run_info(MlflowText& text, std::string_view name, const TrackingRun& run) {
  text.open(name);
  text.add("run_id", run.uuid);
  text.add("run_uuid", run.uuid);
  text.add("run_name", run.name);
  text.add("experiment_id", std::to_string(run.experiment));
  text.add("user_id", run.user_id);
  text.add("status", run.status);
  text.add("start_time", run.start_ms);
  if (run.end_ms) text.add("end_time", *run.end_ms);
  text.add("artifact_uri", run.artifact_uri);
  text.add("lifecycle_stage", run.is_deleted ? "deleted" : "active");
  text.close();
}

void add_point(MlflowText& text, std::string_view key, const MetricPoint& point) {
  text.add("key", key);
  text.add("value", point.value);
  text.add("timestamp", point.time_ms);
  text.add("step", point.step);
}

void add_run(MlflowText& text, std::string_view name, const RunInFull& run) {
  text.open(name);
  add_run_info(text, "info", run.run);
  text.open("data");
  if (!run.metrics.empty()) {
    text.open_list("metrics");
    for (const LoggedMetric& metric : run.metrics) {
      text.open();
      add_point(text, metric.key, metric.point);
      text.close();
    }
    text.close_list();
  }
  add_pairs(text, "params", run.params);
  add_pairs(text, "tags", run.tags);
  text.close();
  add_inputs(text, run.inputs);
  text.open("outputs");
  text.close();
  text.close();
}

HttpResponse mlflow_done() { return json_text_answer(200, "{}"); }

}  // namespace gt
