#include "server/mlflow_routes.h"

#include <algorithm>

#include "base/text.h"
#include "server/mlflow_answers.h"
#include "server/mlflow_handlers.h"

namespace gt {

namespace {

constexpr std::string_view api_front = "/api/";
constexpr std::string_view page_front = "/ajax-api/";
constexpr std::string_view version_path = "/version";

/// Of the protocol: the newest one at which clients send traces as artifacts.
constexpr std::string_view protocol_version = "3.3.0";

MlflowAnswer answer_version(const MlflowCall&) {
  return HttpResponse{.status = 200,
                      .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                      .body = std::string(protocol_version)};
}

constexpr auto get = HttpMethod::get;
constexpr auto post = HttpMethod::post;
constexpr auto reads = AccessScope::read;
constexpr auto writes = AccessScope::run;

constexpr MlflowRoute routes[] = {
    {get, version_path, std::nullopt, answer_version},
    {post, "2.0/mlflow/experiments/create", writes, mlflow_create_experiment},
    {get, "2.0/mlflow/experiments/get", reads, mlflow_get_experiment},
    {get, "2.0/mlflow/experiments/get-by-name", reads, mlflow_get_experiment_by_name},
    {get, "2.0/mlflow/experiments/search", reads, mlflow_search_experiments},
    {post, "2.0/mlflow/experiments/search", reads, mlflow_search_experiments},
    {post, "2.0/mlflow/experiments/update", writes, mlflow_update_experiment},
    {post, "2.0/mlflow/experiments/delete", writes, mlflow_delete_experiment},
    {post, "2.0/mlflow/experiments/restore", writes, mlflow_restore_experiment},
    {post, "2.0/mlflow/experiments/set-experiment-tag", writes, mlflow_set_experiment_tag},
    {post, "2.0/mlflow/experiments/delete-experiment-tag", writes, mlflow_delete_experiment_tag},
    {post, "2.0/mlflow/runs/create", writes, mlflow_create_run},
    {get, "2.0/mlflow/runs/get", reads, mlflow_get_run},
    {post, "2.0/mlflow/runs/search", reads, mlflow_search_runs},
    {post, "2.0/mlflow/runs/update", writes, mlflow_update_run},
    {post, "2.0/mlflow/runs/delete", writes, mlflow_delete_run},
    {post, "2.0/mlflow/runs/restore", writes, mlflow_restore_run},
    {post, "2.0/mlflow/runs/log-metric", writes, mlflow_log_metric},
    {post, "2.0/mlflow/runs/log-parameter", writes, mlflow_log_param},
    {post, "2.0/mlflow/runs/log-batch", writes, mlflow_log_batch, MlflowBody::large},
    {post, "2.0/mlflow/runs/log-inputs", writes, mlflow_log_inputs, MlflowBody::large},
    {post, "2.0/mlflow/runs/set-tag", writes, mlflow_set_tag},
    {post, "2.0/mlflow/runs/delete-tag", writes, mlflow_delete_tag},
    {post, "2.0/mlflow/logged-models/search", reads, mlflow_search_logged_models},
    {get, "2.0/mlflow/metrics/get-history", reads, mlflow_metric_history},
    {get, "2.0/mlflow/metrics/get-history-bulk", reads, mlflow_metric_histories},
    {get, "2.0/mlflow/metrics/get-history-bulk-interval", reads, mlflow_sampled_histories},
    {get, "2.0/mlflow/artifacts/list", reads, mlflow_list_run_artifacts},
    {get, "2.0/mlflow-artifacts/artifacts", reads, mlflow_list_artifacts},
    {get, "2.0/mlflow-artifacts/artifacts/", reads, mlflow_get_artifact},
    {HttpMethod::put, "2.0/mlflow-artifacts/artifacts/", writes, mlflow_put_artifact,
     MlflowBody::artifact},
    {HttpMethod::delete_, "2.0/mlflow-artifacts/artifacts/", writes, mlflow_delete_artifact},
    {post, "2.0/mlflow-artifacts/mpu/", writes, mlflow_no_parts},
    {get, "2.0/mlflow-artifacts/presigned/", reads, mlflow_no_parts},
};

/// nullopt: of none.
std::optional<std::string_view> behind_front(std::string_view path) {
  for (const std::string_view front : {api_front, page_front})
    if (path.starts_with(front)) return path.substr(front.size());
  return path == version_path ? std::optional(path) : std::nullopt;
}

bool is_at(const MlflowRoute& route, std::string_view path) {
  return route.path.ends_with('/') ? path.starts_with(route.path) && path.size() > route.path.size()
                                   : path == route.path;
}

}  // namespace

std::span<const MlflowRoute> mlflow_routes() { return routes; }

bool is_mlflow_path(std::string_view path) {
  return path == version_path || path.starts_with(page_front) || path.starts_with("/api/2.0/") ||
         path.starts_with("/api/3.0/");
}

const MlflowRoute* find_mlflow_route(const HttpRequest& request, std::string& rest) {
  const auto path = behind_front(request.target.path);
  if (!path) return nullptr;
  for (const MlflowRoute& route : routes) {
    if (route.method != request.method || !is_at(route, *path)) continue;
    rest = path->substr(route.path.size());
    return &route;
  }
  return nullptr;
}

Result<HttpResponse> answer_mlflow_call(const MlflowRoute& route, const ApiCall& call) {
  if (route.body == MlflowBody::artifact) {
    const MlflowFields none{JsonObject()};
    return route.answer({call, none});
  }
  const MlflowFields fields = TRY(MlflowFields::of(call.request));
  return route.answer({call, fields});
}

HttpResponse no_mlflow_endpoint(const HttpRequest& request) {
  return mlflow_error(404, "ENDPOINT_NOT_FOUND",
                      fmt::format("there is nothing here at {} {}: docs/compatibility.md lists "
                                  "what there is of MLflow's protocol",
                                  to_text(request.method), printable(request.target.path)));
}

Result<std::vector<TrackingTag>> mlflow_pairs(const MlflowFields& fields, std::string_view name) {
  std::vector<TrackingTag> pairs;
  for (const MlflowFields& one : TRY(fields.objects(name))) {
    TrackingTag pair;
    pair.key = TRY(one.required_text("key"));
    pair.value = TRY(one.text("value")).value_or("");
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

Result<LifecycleView> mlflow_view(const MlflowFields& fields, std::string_view name) {
  const std::string word = TRY(fields.text(name)).value_or("ACTIVE_ONLY");
  if (word == "ACTIVE_ONLY") return LifecycleView::active;
  if (word == "DELETED_ONLY") return LifecycleView::deleted;
  if (word == "ALL") return LifecycleView::all;
  return error(Errc::invalid,
               "Invalid value for parameter '{}': it is not ACTIVE_ONLY, DELETED_ONLY or ALL",
               name);
}

Result<void> change_active_run(
    const MlflowCall& call,
    const std::function<Result<void>(Transaction& transaction, const TrackingRun& run)>& work) {
  const std::string uuid = TRY(call.fields.run_id());
  return call.parts().commits.write([&](Transaction& transaction) -> Result<void> {
    const TrackingRun run = TRY(TrackingRunStore().get_active(transaction, uuid));
    return work(transaction, run);
  });
}

}  // namespace gt
