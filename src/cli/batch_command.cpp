#include "cli/batch_command.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "cli/each_values.h"
#include "cli/engaged.h"
#include "cli/error_report.h"
#include "cli/notifier.h"
#include "cli/pool_check.h"
#include "cli/record_run.h"
#include "cli/records.h"
#include "cli/repeat.h"
#include "cli/run_report.h"
#include "cli/run_text.h"
#include "cli/table.h"
#include "definition/parameters.h"
#include "view/json_shapes.h"

namespace gt {

namespace {

constexpr std::size_t problems_shown_max = 10, rows_shown_max = 20;
constexpr std::size_t values_file_bytes_max = 1U << 20U;

/// What each run is asked for.
struct Asked {
  RunRequest request;
  JsonObject params;
};

/// Problems are told; none then.
Result<std::vector<Asked>> ask_each(Session& session, const PipelineSource& source,
                                    const JsonObject& of_file, const RunRequest& request,
                                    const std::vector<std::vector<std::string>>& all) {
  std::vector<Asked> asked;
  std::size_t problems = 0;
  std::set<std::string> told;
  for (const std::vector<std::string>& assignments : all) {
    Asked one{request, of_file};
    one.request.params.insert(one.request.params.end(), assignments.begin(), assignments.end());
    std::vector<Error> wrong;
    JsonObject given = of_file;
    for (const std::string& assignment : one.request.params) {
      auto member = parse_parameter(*source.pipeline, assignment);
      if (member)
        given.set(std::move(member->first), std::move(member->second));
      else
        wrong.push_back(std::move(member).error());
    }
    BoundParameters bound = bind_parameters(*source.pipeline, given);
    if (wrong.empty())
      for (const Problem& problem : bound.problems)
        if (problem.severity == Severity::error)
          wrong.push_back({Errc::invalid, problem.message, problem.hint});
    for (const Error& error : wrong) {
      // What is wrong with a name is wrong in each of them.
      if (!told.insert(error.message).second) continue;
      if (problems++ < problems_shown_max) report(session.console, error);
    }
    one.params = std::move(bound.values);
    if (problems == 0) asked.push_back(std::move(one));
  }
  if (problems == 0) return asked;
  if (problems > problems_shown_max)
    session.console.say(fmt::format("and {} more", problems - problems_shown_max));
  return error(Errc::invalid, "nothing was started: the parameters are wrong");
}

Result<std::vector<BatchRun>> record(Session& session, Records& records, Workshop& workshop,
                                     const PipelineSource& source, const RequestTexts& texts,
                                     const std::vector<Asked>& asked) {
  std::vector<RunToRecord> wanted;
  for (const Asked& one : asked) wanted.push_back({one.params, one.request.options});
  std::vector<RunRecord> runs =
      TRY(record_batch(session, records, workshop, source, std::move(wanted)));
  const std::vector<std::string> labels = labels_of(runs);
  std::vector<BatchRun> recorded;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    recorded.push_back({std::move(runs[i]), labels[i]});
    // What is said again at each run cannot be said by the short way.
    if (!source.has_warnings) recorded.back().request = request_digest(texts, asked[i].request);
  }
  return recorded;
}

/// The worst: failed, then timed out, then cancelled.
ExitCode worst_of(const std::vector<RunRecord>& runs) {
  ExitCode worst = ExitCode::ok;
  for (const ExitCode code : {ExitCode::interrupted, ExitCode::timed_out, ExitCode::failed})
    if (std::ranges::any_of(runs, [&](const RunRecord& run) { return exit_code_of(run) == code; }))
      worst = code;
  return worst;
}

JsonObject counts_json(const Tally& tally) {
  JsonObject counts;
  for (std::size_t i = 0; i < task_state_count; ++i) {
    const auto state = static_cast<TaskState>(i);
    if (tally.count(state) > 0) counts.set(to_text(state), std::int64_t{tally.count(state)});
  }
  return counts;
}

std::string total_of(const std::vector<RunRecord>& runs) {
  std::string text;
  for (const RunState state : {RunState::succeeded, RunState::failed, RunState::cancelled,
                               RunState::queued, RunState::running, RunState::paused}) {
    const auto count = std::ranges::count(runs, state, &RunRecord::state);
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_text(state));
  }
  return text;
}

void print_table(Session& session, const std::vector<RunRecord>& runs,
                 const std::vector<BatchEnd>& ends) {
  Console& console = session.console;
  Table table({"run", "state", "took", "tasks", "parameters"});
  std::size_t shown = 0;
  const bool are_few = runs.size() <= rows_shown_max;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunRecord& run = runs[i];
    if (!are_few && run.state == RunState::succeeded) continue;
    if (++shown > rows_shown_max) continue;
    table.add({{run.name(), Tone::strong},
               {to_text(run.state), tone_of(run.state)},
               {time_taken(run.started_at, run.ended_at, session.clock.now())},
               {ends[i].tally.text()},
               {printable(ends[i].label), Tone::faint}});
  }
  if (!table.empty()) console.print(table.text(console));
  if (shown > rows_shown_max) console.print(fmt::format("and {} more\n", shown - rows_shown_max));
  console.print(
      fmt::format("{} run{}: {}\n", runs.size(), runs.size() == 1 ? "" : "s", total_of(runs)));
  const bool is_good = worst_of(runs) == ExitCode::ok;
  console.print(console.painted(Tone::faint, "next:") +
                fmt::format(" geartrain {} {}--batch{}\n", is_good ? "runs" : "retry",
                            is_good ? "" : runs.front().name() + " ",
                            is_good ? " " + runs.front().name() : ""));
}

Result<ExitCode> drive_and_tell(Session& session, Records& records, Engaged& engaged, Batch& batch,
                                const std::string& first, const OutputForm& output) {
  const auto driven = engaged.workshop->drive(batch);
  engaged.progress->clear();
  if (!driven) {
    Error problem = driven.error();
    if (!problem.hint.empty()) problem.hint += "\n";
    problem.hint += fmt::format("`geartrain attach {} --batch` goes on with them", first);
    return problem;
  }
  tell_receivers(session, records);
  std::vector<BatchEnd> ends = batch.ends();
  std::ranges::sort(ends, {}, &BatchEnd::run);
  auto reader = TRY(records.database->begin_read());
  std::vector<RunRecord> runs;
  for (const BatchEnd& end : ends) runs.push_back(TRY(records.runs.get(reader, end.run)));
  if (output.is_table()) {
    if (!runs.empty()) print_table(session, runs, ends);
    return worst_of(runs);
  }
  JsonList list;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    JsonObject shape = run_summary_json(runs[i]);
    shape.set("counts", counts_json(ends[i].tally));
    list.emplace_back(std::move(shape));
  }
  if (output.is("name")) {
    for (const RunRecord& run : runs) session.console.print(run.name() + "\n");
    return worst_of(runs);
  }
  session.console.print(output.text_of(std::move(list)));
  return worst_of(runs);
}

BatchOptions options_of(const Session& session, bool fail_fast) {
  return {static_cast<std::size_t>(session.settings().number(SettingId::max_active)), fail_fast};
}

}  // namespace

void declare(Options& options, EachRequest& request) {
  options.option("--each", "NAME=VALUES", request.axes,
                 "A run for each value: 1..12, 0..1..0.25, [eu, us], eu,us, or @FILE with a line "
                 "for each. Several multiply.");
  options.setting(SettingId::max_active);
  options.flag("--fail-fast", request.fail_fast, "Of --each: the first that fails cancels all.");
}

Result<ExitCode> run_each(Session& session, const Project& project, const RunRequest& request,
                          const EachRequest& each, const OutputForm& output) {
  RequestTexts texts = TRY(read_request(session, project, request));
  const auto source = TRY(load_pipeline(session, texts.pipeline));
  if (!source) return ExitCode::invalid_definition;
  JsonObject of_file;
  if (texts.param_file) {
    auto values = values_of_file(session, *request.param_file, *texts.param_file);
    if (!values) return ExitCode::usage;
    of_file = *std::move(values);
  }
  std::vector<EachAxis> axes;
  for (const std::string& text : each.axes)
    axes.push_back(TRY(parse_each(*source->pipeline, text, [&](const std::string& path) {
      return read_file(absolute_path(session, path), values_file_bytes_max);
    })));
  const auto all = TRY(combinations(axes));
  const std::vector<Asked> asked = TRY(ask_each(session, *source, of_file, request, all));
  // Wrong steps of --only and the like are found before anything is recorded.
  const auto plan = Plan::build(source->pipeline, asked.front().params);
  const Selection selection = TRY(selection_of(*plan, request.options));

  Records records = TRY(open_records(session));
  TRY(check_pools(records, *plan, selection));
  Engaged engaged = TRY(engage(session, records));
  auto runs = TRY(record(session, records, *engaged.workshop, *source, texts, asked));
  const std::string first = runs.front().run.name(), last = runs.back().run.name();
  const std::string version = runs.front().run.plan_version;
  engaged.progress->say(runs.size() == 1
                            ? fmt::format("{} started", first)
                            : fmt::format("{} to {} recorded: {} runs", first, last, runs.size()));
  Batch batch(session, records, *engaged.workshop, *engaged.progress, std::move(runs),
              options_of(session, each.fail_fast));
  batch.know(version, source->pipeline);
  return drive_and_tell(session, records, engaged, batch, first, output);
}

Result<std::vector<BatchRun>> batch_of(Records& records, const RunRecord& run, BatchStart start) {
  if (run.batch.empty())
    return error(Errc::not_found, "{} was alone: no --each made it", run.name());
  auto reader = TRY(records.database->begin_read());
  std::vector<RunRecord> runs = TRY(records.runs.runs_of_batch(reader, run.batch));
  const std::vector<std::string> labels = labels_of(runs);
  std::vector<BatchRun> batch;
  for (std::size_t i = 0; i < runs.size(); ++i)
    batch.push_back({std::move(runs[i]), labels[i], start});
  return batch;
}

Result<ExitCode> drive_batch(Session& session, Records& records, std::vector<BatchRun> runs,
                             const OutputForm& output) {
  const std::string first = runs.front().run.name();
  Engaged engaged = TRY(engage(session, records));
  engaged.progress->say(fmt::format("going on with {} of the batch of {}", runs.size(), first));
  Batch batch(session, records, *engaged.workshop, *engaged.progress, std::move(runs),
              options_of(session, false));
  return drive_and_tell(session, records, engaged, batch, first, output);
}

}  // namespace gt
