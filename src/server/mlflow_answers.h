/// Answers in MLflow's protocol. Pure; threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http_message.h"
#include "tracking/dataset_store.h"
#include "tracking/metric_store.h"
#include "tracking/tracking_run.h"

namespace gt {

/// `{"error_code": …, "message": …}`. invalid: INVALID_PARAMETER_VALUE (400); not_found:
/// RESOURCE_DOES_NOT_EXIST (404); conflict: RESOURCE_ALREADY_EXISTS (400); denied:
/// PERMISSION_DENIED (403); exhausted: RESOURCE_EXHAUSTED (507, which clients do not try again);
/// unavailable: TEMPORARILY_UNAVAILABLE (503, which they do); internal: INTERNAL_ERROR (500).
HttpResponse mlflow_error(const Error& error);
HttpResponse mlflow_error(int status, std::string_view code, std::string_view message);
/// 401.
HttpResponse mlflow_unauthorized(const Error& error);

/// All that a client sees of a run.
struct RunInFull {
  TrackingRun run;
  std::vector<LoggedMetric> metrics = {};
  std::vector<TrackingTag> params = {};
  std::vector<TrackingTag> tags = {};
  std::vector<DatasetInput> inputs = {};
};

Result<RunInFull> run_in_full(Transaction& reader, TrackingRun run);

/// Members of JSON, put together as text: answers may have some hundred thousand of them.
class MlflowText {
 public:
  void open(std::string_view name = {});  ///< {
  void close();
  void open_list(std::string_view name);
  void close_list();
  void add(std::string_view name, std::string_view value);
  void add(std::string_view name, const char* value) { add(name, std::string_view(value)); }
  void add(std::string_view name, std::int64_t value);
  void add(std::string_view name, double value);
  void add(std::string_view name, bool value);

  HttpResponse answer() &&;

 private:
  void name(std::string_view name);

  std::string text_;
  bool is_first_ = true;
};

void add_experiment(MlflowText& text, std::string_view name, const Experiment& experiment);
void add_run(MlflowText& text, std::string_view name, const RunInFull& run);
void add_run_info(MlflowText& text, std::string_view name, const TrackingRun& run);
void add_point(MlflowText& text, std::string_view key, const MetricPoint& point);

/// `{}`.
HttpResponse mlflow_done();

}  // namespace gt
