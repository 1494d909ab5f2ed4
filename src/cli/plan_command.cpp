#include <algorithm>

#include "base/text.h"
#include "blob/folder_blobs.h"
#include "cache/cache.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "cli/pool_check.h"
#include "cli/run_request.h"
#include "cli/table.h"
#include "cli/wiring.h"
#include "definition/pipeline_assets.h"
#include "engine/forecast.h"
#include "run/asset_store.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain plan", "what a run would do, and why"},
    {"geartrain plan -p month=3 --exit-code", "ends with 4 if anything would be executed, for CI"},
};

Tone tone_of(ForecastVerdict verdict) {
  switch (verdict) {
    case ForecastVerdict::run:
      return Tone::warning;
    case ForecastVerdict::hit:
      return Tone::good;
    case ForecastVerdict::skip:
      return Tone::faint;
    case ForecastVerdict::unknown:
      return Tone::plain;
  }
  return Tone::plain;
}

std::string counts_text(const Forecast& forecast) {
  std::string text;
  for (const auto verdict : {ForecastVerdict::run, ForecastVerdict::hit, ForecastVerdict::skip,
                             ForecastVerdict::unknown}) {
    const auto count = std::ranges::count_if(forecast.tasks, [&](const ForecastTask& task) {
      return task.kind == TaskKind::step && task.verdict == verdict;
    });
    if (count > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_text(verdict));
  }
  return text.empty() ? "nothing to do" : text;
}

JsonObject shape_of(const Forecast& forecast, const Plan& plan) {
  JsonList tasks;
  for (const ForecastTask& task : forecast.tasks)
    tasks.emplace_back(JsonObject{{"path", task.path},
                                  {"step", plan.path(task.step)},
                                  {"kind", to_text(task.kind)},
                                  {"verdict", to_text(task.verdict)},
                                  {"reason", task.reason}});
  return {{"pipeline", plan.pipeline().name},
          {"params", plan.params()},
          {"changes", forecast.has_changes},
          {"tasks", std::move(tasks)}};
}

Result<Forecast> forecast_run(Session& session, Records& records, const RunOptions& options,
                              const PreparedRun& prepared) {
  const auto& version = prepared.source.from.version;
  const Project project{prepared.source.from.project_root, records.project.home};
  const auto facts = TRY(make_facts(
      session, records, project, [] {}, [&](const std::string& line) { session.console.say(line); },
      version ? version->project : ProjectName()));
  FolderBlobs blobs(records.home, session.entropy, Durability::none);
  Cache cache(blobs);
  const Time now = session.clock.now();
  RunRecord run;
  run.pipeline = prepared.source.pipeline->name;
  run.params = prepared.plan->params();
  run.options = options;
  run.logical_date = run.created_at = now;
  auto reader = TRY(records.database->begin_read());
  run.assets = TRY(
      AssetStore().newest_contents(reader, run.pipeline, used_assets(*prepared.source.pipeline)));
  auto made =
      forecast(prepared.plan, prepared.selection, run, *facts, cache, reader, session.clock);
  if (!version) facts->remember_source();
  return made;
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(plan_command.text);
  RunRequest request;
  bool has_exit_code = false;
  OutputForm output;
  declare(options, request);
  options.setting(SettingId::secrets_file);
  options.flag("--exit-code", has_exit_code,
               "End with 4 if anything would, or might, be executed.");
  options.output(
      output, {.text = "{pipeline, params, changes, tasks: [{path, step, kind, verdict, reason}]}.",
               .names = "tasks[].path"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const Project project = TRY(find_project(session));
  RequestTexts texts = TRY(read_request(session, project, request));
  Preparation preparation = TRY(prepare(session, std::move(texts), request));
  if (!preparation.run) return preparation.code;
  const PreparedRun& prepared = *preparation.run;
  Records records = TRY(open_records(session));
  const Forecast forecast = TRY(forecast_run(session, records, request.options, prepared));
  if (!output.is_table()) {
    session.console.print(output.text_of(shape_of(forecast, *prepared.plan)));
  } else {
    Table table({"task", "would", "because"});
    for (const ForecastTask& task : forecast.tasks)
      table.add({{printable(task.path)},
                 {to_text(task.verdict), tone_of(task.verdict)},
                 {printable(task.reason)}});
    session.console.print(table.text(session.console));
    session.console.say(counts_text(forecast));
    const auto pools = check_pools(records, *prepared.plan, prepared.selection);
    if (!pools) report(session.console, Error(pools.error()).context("a run would be refused"));
  }
  return has_exit_code && forecast.has_changes ? ExitCode::changes : ExitCode::ok;
}

}  // namespace

const CliCommand plan_command = {
    {"plan", "say what a run would do, and why",
     "Reads the cache and the source files; executes nothing. Of each task it says run, hit (its "
     "result is in the cache), skip, or unknown (that depends on what earlier steps will give).",
     examples},
    false,
    run};

}  // namespace gt
