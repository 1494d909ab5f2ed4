#include <algorithm>
#include <map>

#include "base/text.h"
#include "server/mlflow_answers.h"
#include "server/mlflow_handlers.h"
#include "tracking/names.h"

namespace gt {

namespace {

constexpr std::size_t batch_metrics_max = 1'000, batch_params_max = 100, batch_tags_max = 100,
                      batch_all_max = 1'000;

Result<LoggedMetric> metric_of(const MlflowFields& fields) {
  LoggedMetric metric;
  metric.key = TRY(fields.required_text("key"));
  TRY(check_tracking_key("metric", metric.key));
  metric.point.value = TRY(fields.required_number("value"));
  metric.point.time_ms = TRY(fields.required_integer("timestamp"));
  metric.point.step = TRY(fields.integer("step")).value_or(0);
  return metric;
}

struct Batch {
  std::vector<LoggedMetric> metrics;
  std::vector<TrackingTag> params;
  std::vector<TrackingTag> tags;
};

Result<void> check_count(const char* what, std::size_t count, std::size_t most) {
  if (count > most)
    return error(Errc::invalid,
                 "A batch logging request can contain at most {} {}. Got {}. Please split up into "
                 "several requests",
                 most, what, count);
  return {};
}

Result<Batch> batch_of(const MlflowFields& fields) {
  Batch batch;
  const auto metrics = TRY(fields.objects("metrics"));
  TRY(check_count("metrics", metrics.size(), batch_metrics_max));
  for (const MlflowFields& one : metrics) batch.metrics.push_back(TRY(metric_of(one)));
  batch.params = TRY(mlflow_pairs(fields, "params"));
  TRY(check_count("params", batch.params.size(), batch_params_max));
  batch.tags = TRY(mlflow_pairs(fields, "tags"));
  TRY(check_count("tags", batch.tags.size(), batch_tags_max));
  TRY(check_count("metrics, params and tags together",
                  batch.metrics.size() + batch.params.size() + batch.tags.size(), batch_all_max));
  std::map<std::string_view, std::string_view> values;
  for (const TrackingTag& param : batch.params) {
    const auto [there, is_new] = values.emplace(param.key, param.value);
    if (!is_new && there->second != param.value)
      return error(Errc::invalid, "Duplicate parameter keys have been submitted: '{}'",
                   printable(param.key));
  }
  return batch;
}

Result<DatasetInput> input_of(const MlflowFields& fields) {
  DatasetInput input;
  input.tags = TRY(mlflow_pairs(fields, "tags"));
  const auto dataset = TRY(fields.object("dataset"));
  if (!dataset) return error(Errc::invalid, "Missing value for required parameter 'dataset'");
  input.dataset.name = TRY(dataset->required_text("name"));
  input.dataset.digest = TRY(dataset->required_text("digest"));
  input.dataset.source_type = TRY(dataset->required_text("source_type"));
  input.dataset.source = TRY(dataset->required_text("source"));
  input.dataset.schema = TRY(dataset->text("schema"));
  input.dataset.profile = TRY(dataset->text("profile"));
  return input;
}

}  // namespace

MlflowAnswer mlflow_log_metric(const MlflowCall& call) {
  const LoggedMetric metric = TRY(metric_of(call.fields));
  TRY(change_active_run(call, [&](Transaction& transaction, const TrackingRun& run) {
    return MetricStore().append(transaction, run.id, {&metric, 1});
  }));
  return mlflow_done();
}

MlflowAnswer mlflow_log_param(const MlflowCall& call) {
  TrackingTag param;
  param.key = TRY(call.fields.required_text("key"));
  param.value = TRY(call.fields.text("value")).value_or("");
  TRY(change_active_run(call, [&](Transaction& transaction, const TrackingRun& run) {
    return TrackingRunStore().add_params(transaction, run, {&param, 1});
  }));
  return mlflow_done();
}

MlflowAnswer mlflow_log_batch(const MlflowCall& call) {
  const Batch batch = TRY(batch_of(call.fields));
  const auto log = [&](Transaction& transaction, const TrackingRun& run) -> Result<void> {
    TRY(TrackingRunStore().add_params(transaction, run, batch.params));
    TRY(MetricStore().append(transaction, run.id, batch.metrics));
    return TrackingRunStore().set_tags(transaction, run, batch.tags);
  };
  TRY(change_active_run(call, log));
  return mlflow_done();
}

MlflowAnswer mlflow_log_inputs(const MlflowCall& call) {
  std::vector<DatasetInput> inputs;
  for (const MlflowFields& one : TRY(call.fields.objects("datasets")))
    inputs.push_back(TRY(input_of(one)));
  if (!TRY(call.fields.objects("models")).empty())
    return mlflow_error(501, "NOT_IMPLEMENTED", "models as inputs of runs are not kept here yet");
  TRY(change_active_run(call, [&](Transaction& transaction, const TrackingRun& run) {
    return DatasetStore().add_inputs(transaction, run, inputs);
  }));
  return mlflow_done();
}

MlflowAnswer mlflow_set_tag(const MlflowCall& call) {
  TrackingTag tag;
  tag.key = TRY(call.fields.required_text("key"));
  tag.value = TRY(call.fields.text("value")).value_or("");
  TRY(change_active_run(call, [&](Transaction& transaction, const TrackingRun& run) {
    return TrackingRunStore().set_tags(transaction, run, {&tag, 1});
  }));
  return mlflow_done();
}

MlflowAnswer mlflow_delete_tag(const MlflowCall& call) {
  const std::string key = TRY(call.fields.required_text("key"));
  TRY(change_active_run(call, [&](Transaction& transaction, const TrackingRun& run) {
    return TrackingRunStore().remove_tag(transaction, run, key);
  }));
  return mlflow_done();
}

}  // namespace gt
