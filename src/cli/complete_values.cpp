#include "cli/complete_values.h"

#include <algorithm>

#include "base/text.h"
#include "calendar/zone_names.h"
#include "cli/pipeline_choice.h"
#include "cli/records.h"
#include "cli/run_text.h"
#include "connection/connection_store.h"
#include "environment/environment_folder.h"
#include "run/backfill_store.h"
#include "run/claim_store.h"
#include "schedule/task_context.h"
#include "view/run_view.h"

namespace gt {

namespace {

constexpr std::size_t runs_max = 100;
constexpr std::size_t tasks_max = 2000;

using Candidates = std::vector<Candidate>;

Result<Candidates> runs_of(const Session& session) {
  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  Candidates found = {{"latest", "the newest run"}};
  const RunFilter newest{.pipeline = {}, .state = {}, .limit = runs_max};
  for (const RunRecord& run : TRY(records.runs.list(reader, newest)))
    found.push_back(
        {run.name(), fmt::format("{}, {}", to_text(run.state), format_time(run.created_at))});
  return found;
}

Result<Candidates> pipelines_of(const Session& session) {
  Candidates found;
  for (const Candidate& run : TRY(runs_of(session))) {
    std::string name = run.word.substr(0, run.word.find('/'));
    const bool is_new = std::ranges::find(found, name, &Candidate::word) == found.end();
    if (run.word.find('/') != std::string::npos && is_new) found.push_back({std::move(name), ""});
  }
  return found;
}

/// Those of the project's files.
Result<Candidates> project_pipelines(const Session& session) {
  const Project project = TRY(find_project(session));
  Candidates found;
  for (const std::string& file : project_pipeline_files(project.root)) {
    const auto text = find_pipeline_text(session, project, file);
    if (!text) continue;
    const ReadResult read = read_whole(*text);
    if (read.pipeline) found.push_back({read.pipeline->name, text->recorded_path});
  }
  return found;
}

/// What can be paused.
Result<Candidates> pipelines_and_runs(const Session& session) {
  Candidates found = project_pipelines(session).value_or({});
  for (Candidate& run : runs_of(session).value_or({})) found.push_back(std::move(run));
  return found;
}

Result<Candidates> pools_of(const Session& session) {
  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  Candidates found;
  for (const Pool& pool : TRY(ClaimStore().pools(reader)))
    found.push_back({pool.name, pool.description});
  return found;
}

Result<Candidates> connections_of(const Session& session) {
  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  Candidates found;
  for (const StoredConnection& one : TRY(ConnectionStore().list(reader, {})))
    found.push_back({one.name, public_uri(one.parts)});
  return found;
}

Result<Candidates> variables_of(const Session& session) {
  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  Candidates found;
  for (const StoredVariable& one : TRY(VariableStore().list(reader, {})))
    found.push_back({one.name, one.description});
  return found;
}

Result<Candidates> backfills_of(const Session& session) {
  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  Candidates found = {{"latest", "the newest backfill"}};
  for (const BackfillRecord& one : TRY(BackfillStore().list(reader, {}, runs_max)))
    found.push_back({one.name(), fmt::format("{}, {}", one.pipeline, to_text(one.state))});
  return found;
}

/// Tasks, or their outputs.
Result<Candidates> tasks_of(const Session& session, const std::string& name, bool wants_outputs) {
  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  const RunRecord run = TRY(find_run(records, reader, name));
  const RunView view = TRY(RunView::load(records.runs, reader, run));
  Candidates found;
  for (const TaskRecord* task : view.in_order()) {
    if (found.size() >= tasks_max) break;
    if (!wants_outputs) {
      found.push_back({view.path(*task), to_text(task->state)});
      continue;
    }
    for (const std::string& output : output_names(view.step_of(*task)))
      found.push_back({view.path(*task) + "." + output, ""});
  }
  return found;
}

Result<std::shared_ptr<const Pipeline>> pipeline_of(const Session& session,
                                                    const std::optional<std::string>& file) {
  const Project project = TRY(find_project(session));
  const PipelineText text = TRY(find_named_pipeline(session, project, file));
  ReadResult read = read_whole(text);
  if (!read.pipeline) return error(Errc::invalid, "the pipeline has problems");
  return std::make_shared<const Pipeline>(*std::move(read.pipeline));
}

Result<Candidates> environments_of(const Session& session) {
  Candidates found;
  const EnvironmentFolder folder(TRY(find_project(session)).home);
  for (const EnvironmentRecord& one : TRY(folder.list()))
    found.push_back({one.key, one.requirements});
  return found;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

Result<Candidates> steps_of(const Session& session, const std::optional<std::string>& file) {
  const auto plan = Plan::build(TRY(pipeline_of(session, file)), {});
  Candidates found;
  for (StepIndex step = 0; step < plan->steps().size() && found.size() < tasks_max; ++step)
    found.push_back({plan->path(step), first_line(plan->step(step).settings->description)});
  return found;
}

std::string description_of(const Parameter& parameter) {
  const Json* const text = parameter.schema.find("description");
  return text != nullptr && text->string() != nullptr ? first_line(*text->string()) : "";
}

Result<Candidates> parameters_of(const Session& session, const std::optional<std::string>& file) {
  Candidates found;
  const auto pipeline = TRY(pipeline_of(session, file));
  for (const Parameter& parameter : pipeline->params)
    found.push_back({parameter.name + "=", description_of(parameter)});
  return found;
}

/// Of the file that an argument names, if there is one.
Result<Candidates> triggers_of(const Session& session, const WantedValue& wanted) {
  const std::optional<std::string> file =
      wanted.arguments.empty() ? std::nullopt : std::optional(wanted.arguments.front());
  Candidates found;
  const auto pipeline = TRY(pipeline_of(session, file));
  for (const Trigger& trigger : pipeline->triggers) {
    const auto* const schedule = trigger.schedule();
    if (schedule == nullptr) continue;
    const auto* const cron = std::get_if<Cron>(&schedule->rule);
    found.push_back({trigger.name, cron != nullptr ? cron->text() : ""});
  }
  return found;
}

Candidates zones() {
  Candidates found;
  for (std::string& name : zone_names()) found.push_back({std::move(name), ""});
  std::ranges::sort(found, {}, &Candidate::word);
  return found;
}

Candidates policies_of(const std::string& option) {
  const std::vector<std::string> words = option == "--missing"     ? missing_time_words()
                                         : option == "--duplicate" ? duplicate_time_words()
                                                                   : overlap_words();
  Candidates found;
  for (const std::string& word : words) found.push_back({word, ""});
  return found;
}

Result<Candidates> found_by(const Session& session, const WantedValue& wanted) {
  const std::string& what = wanted.placeholder;
  const std::optional<std::string> run = wanted.run
                                             ? wanted.run
                                             : (wanted.option.empty() && !wanted.arguments.empty()
                                                    ? std::optional(wanted.arguments.front())
                                                    : std::nullopt);
  if (what == "KEY") return environments_of(session);
  if (what == "RUN" || what == "OTHER") return runs_of(session);
  if (what == "STEP.output" && run) return tasks_of(session, *run, true);
  if (what == "STEP" && run) return tasks_of(session, *run, false);
  if (what == "STEP") return steps_of(session, wanted.file);
  if (what == "NAME=VALUE") return parameters_of(session, wanted.file);
  if (what == "BACKFILL") return backfills_of(session);
  if (wanted.option == "--rerun")
    return Candidates{{to_text(Rerun::failed), "where the newest run did not succeed"},
                      {to_text(Rerun::all), ""}};
  if (wanted.option == "--as")
    return Candidates{{to_text(TaskState::succeeded), ""}, {to_text(TaskState::failed), ""}};
  if (what == "POOL") return pools_of(session);
  if (what == "CONNECTION") return connections_of(session);
  if (what == "VARIABLE") return variables_of(session);
  if (what == "TRIGGER") return triggers_of(session, wanted);
  if (what == "ZONE") return zones();
  if (what == "POLICY") return policies_of(wanted.option);
  if (what == "PIPELINE") return project_pipelines(session);
  if (what == "WHAT") return pipelines_and_runs(session);
  if (wanted.option == "--pipeline") return pipelines_of(session);
  return Candidates();
}

}  // namespace

Completion values_of(const Session& session, const WantedValue& wanted) {
  Completion completion;
  for (const std::string& choice : wanted.choices) completion.candidates.push_back({choice, ""});
  if (!completion.candidates.empty()) return completion;
  const std::string& what = wanted.placeholder;
  if (what == "FILE" || what == "PATH") return {.candidates = {}, .help = ShellHelp::files};
  if (what == "FOLDER") return {.candidates = {}, .help = ShellHelp::folders};
  if (what == "SHELL") return {.candidates = {{"bash", ""}, {"zsh", ""}, {"fish", ""}}};
  if (what == "STATE") {
    for (const RunState state : {RunState::queued, RunState::running, RunState::paused,
                                 RunState::succeeded, RunState::failed, RunState::cancelled})
      completion.candidates.push_back({to_text(state), ""});
    return completion;
  }
  if (auto found = found_by(session, wanted)) completion.candidates = *std::move(found);
  completion.goes_on = what == "NAME=VALUE";
  return completion;
}

}  // namespace gt
