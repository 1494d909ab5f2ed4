/// The answers of MLflow's routes, one function each. Threads: any.
#pragma once

#include "server/mlflow_routes.h"
#include "tracking/tracking_run.h"

namespace gt {

using MlflowAnswer = Result<HttpResponse>;

// mlflow_experiments.cpp
MlflowAnswer mlflow_create_experiment(const MlflowCall& call);
MlflowAnswer mlflow_get_experiment(const MlflowCall& call);
MlflowAnswer mlflow_get_experiment_by_name(const MlflowCall& call);
MlflowAnswer mlflow_search_experiments(const MlflowCall& call);
MlflowAnswer mlflow_update_experiment(const MlflowCall& call);
MlflowAnswer mlflow_delete_experiment(const MlflowCall& call);
MlflowAnswer mlflow_restore_experiment(const MlflowCall& call);
MlflowAnswer mlflow_set_experiment_tag(const MlflowCall& call);
MlflowAnswer mlflow_delete_experiment_tag(const MlflowCall& call);

// mlflow_runs.cpp
MlflowAnswer mlflow_create_run(const MlflowCall& call);
MlflowAnswer mlflow_get_run(const MlflowCall& call);
MlflowAnswer mlflow_search_runs(const MlflowCall& call);
MlflowAnswer mlflow_update_run(const MlflowCall& call);
MlflowAnswer mlflow_delete_run(const MlflowCall& call);
MlflowAnswer mlflow_restore_run(const MlflowCall& call);
/// There are none yet; clients ask for them when they list the artifacts of a run.
MlflowAnswer mlflow_search_logged_models(const MlflowCall& call);

// mlflow_logging.cpp
MlflowAnswer mlflow_log_metric(const MlflowCall& call);
MlflowAnswer mlflow_log_param(const MlflowCall& call);
MlflowAnswer mlflow_log_batch(const MlflowCall& call);
MlflowAnswer mlflow_log_inputs(const MlflowCall& call);
MlflowAnswer mlflow_set_tag(const MlflowCall& call);
MlflowAnswer mlflow_delete_tag(const MlflowCall& call);

// mlflow_metrics.cpp
MlflowAnswer mlflow_metric_history(const MlflowCall& call);
MlflowAnswer mlflow_metric_histories(const MlflowCall& call);
MlflowAnswer mlflow_sampled_histories(const MlflowCall& call);

// mlflow_artifacts.cpp
MlflowAnswer mlflow_list_run_artifacts(const MlflowCall& call);
MlflowAnswer mlflow_list_artifacts(const MlflowCall& call);
MlflowAnswer mlflow_get_artifact(const MlflowCall& call);
MlflowAnswer mlflow_put_artifact(const MlflowCall& call);
MlflowAnswer mlflow_delete_artifact(const MlflowCall& call);
MlflowAnswer mlflow_no_parts(const MlflowCall& call);

/// Tags of a request: {key, value} each; a value that is missing is empty.
Result<std::vector<TrackingTag>> mlflow_pairs(const MlflowFields& fields, std::string_view name);

/// ACTIVE_ONLY, which is also the meaning of none, DELETED_ONLY, ALL.
Result<LifecycleView> mlflow_view(const MlflowFields& fields, std::string_view name);

/// Does `work` with a run that is not deleted, in a commit that others may share.
Result<void> change_active_run(
    const MlflowCall& call,
    const std::function<Result<void>(Transaction& transaction, const TrackingRun& run)>& work);

}  // namespace gt
