/// The answers of the API's routes, one function each. Threads: any.
#pragma once

#include "server/api.h"

namespace gt {

using Answer = Result<HttpResponse>;

// api_health.cpp
Answer answer_health(const ApiCall& call);
Answer answer_ready(const ApiCall& call);
Answer answer_metrics(const ApiCall& call);
Answer answer_openapi(const ApiCall& call);

// api_pipelines.cpp
Answer list_pipelines(const ApiCall& call);
Answer get_pipeline(const ApiCall& call);
Answer list_assets(const ApiCall& call);
Answer get_asset(const ApiCall& call);
Answer list_asset_updates(const ApiCall& call);
Answer update_asset(const ApiCall& call);
Answer pause_pipeline(const ApiCall& call);
Answer resume_pipeline(const ApiCall& call);
Answer list_firings(const ApiCall& call);

// api_backfills.cpp
Answer create_backfill(const ApiCall& call);
Answer list_backfills(const ApiCall& call);
Answer get_backfill(const ApiCall& call);
Answer pause_backfill(const ApiCall& call);
Answer resume_backfill(const ApiCall& call);
Answer cancel_backfill(const ApiCall& call);

// api_notifications.cpp
Answer list_notifications(const ApiCall& call);
Answer get_notification(const ApiCall& call);
Answer retry_notification(const ApiCall& call);
Answer drop_notification(const ApiCall& call);

// api_hooks.cpp
Answer call_trigger(const ApiCall& call);

// api_runs.cpp
Answer list_runs(const ApiCall& call);
Answer get_run(const ApiCall& call);

// api_run_changes.cpp
Answer create_run(const ApiCall& call);
Answer cancel_run(const ApiCall& call);
Answer retry_run(const ApiCall& call);
Answer pause_run(const ApiCall& call);
Answer resume_run(const ApiCall& call);
Answer clear_tasks(const ApiCall& call);
Answer mark_tasks(const ApiCall& call);
Answer decide_approval(const ApiCall& call);

// api_events.cpp
Answer stream_events(const ApiCall& call);
Answer stream_run_events(const ApiCall& call);

// api_logs.cpp
Answer get_log(const ApiCall& call);

// api_commands.cpp
Answer create_command(const ApiCall& call);
Answer command_output(const ApiCall& call);
Answer interrupt_command(const ApiCall& call);

// api_git.cpp
Answer look_at_git(const ApiCall& call);
Answer call_git_hook(const ApiCall& call);

// api_projects.cpp
Answer list_projects(const ApiCall& call);
Answer get_project(const ApiCall& call);
Answer remove_project(const ApiCall& call);
Answer activate_version(const ApiCall& call);
Answer list_versions(const ApiCall& call);
Answer add_version(const ApiCall& call);
Answer put_file(const ApiCall& call);
Answer put_files(const ApiCall& call);

// api_connections.cpp
Answer list_connections(const ApiCall& call);
Answer get_connection(const ApiCall& call);
Answer put_connection(const ApiCall& call);
Answer remove_connection(const ApiCall& call);
Answer list_variables(const ApiCall& call);
Answer get_variable(const ApiCall& call);
Answer put_variable(const ApiCall& call);
Answer remove_variable(const ApiCall& call);

// api_tokens.cpp
Answer list_tokens(const ApiCall& call);
Answer create_token(const ApiCall& call);
Answer revoke_token(const ApiCall& call);

/// The run of a path. Errc::not_found.
Result<RunRecord> run_of_path(const ApiCall& call, Transaction& reader);
/// A whole run, as `show --json` prints it.
struct ShownRun {
  std::string text;
  std::string etag;  ///< with its quotes; equal as long as the text is
};
Result<ShownRun> show_run(const ApiCall& call, Transaction& reader, const RunRecord& run);
/// The same as an answer, as the run is now.
Answer run_answer(const ApiCall& call, int status, RunId run);

}  // namespace gt
