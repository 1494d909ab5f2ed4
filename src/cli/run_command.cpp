#include "base/file.h"
#include "base/text.h"
#include "cli/batch_command.h"
#include "cli/commands.h"
#include "cli/finish.h"
#include "cli/notifier.h"
#include "cli/pool_check.h"
#include "cli/record_run.h"
#include "cli/repeat.h"
#include "definition/limits.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain run", "the project's pipeline, with its default parameters"},
    {"geartrain run -p month=3 -p 'depths=[4,6]' -j 4", "parameters, and four slots"},
    {"geartrain run --each month=1..12 --each 'region=[eu, us]'",
     "24 runs at once, which share the slots"},
    {"geartrain run --only train --no-cache", "one step and what it needs, executed anew"},
    {"geartrain run --json > run.json", "the run as JSON once it has ended"},
};

/// Where there may be a run to be the same as. What is wrong otherwise, the long way tells.
std::optional<Records> records_so_far(const Session& session, const Project& project) {
  const auto kind = kind_of(join_path(project.home, "geartrain.db"));
  if (!kind || *kind == PathKind::nothing) return std::nullopt;
  auto records = open_records(session);
  if (!records) return std::nullopt;
  return *std::move(records);
}

Result<ExitCode> tell(Session& session, Records& records, Progress& progress,
                      const Repeated& repeated, const OutputForm& output) {
  Tally tally;
  tally.add(TaskState::cached, repeated.tasks);
  progress.say(fmt::format("{} started", repeated.run.name()));
  progress.ended_many(repeated.tasks, TaskState::cached);
  progress.clear();
  tell_receivers(session, records);
  return finish(session, records, report_of(repeated.run, tally), repeated.run.id, output);
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(run_command.text);
  RunRequest request;
  OutputForm output;
  EachRequest each;
  declare(options, request);
  declare(options, each);
  constexpr std::int64_t priority_max = definition_limits::priority_max;
  options.option("--priority", "N", request.options.priority, -priority_max,
                 "Runs with a higher one come first, also where they share pools; else the "
                 "pipeline's, else 0.",
                 priority_max);
  declare_execution(options);
  options.output(output, ended_batch_shape);
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  if (each.fail_fast && each.axes.empty())
    return error(Errc::invalid, "--fail-fast is for runs of --each");
  const Project project = TRY(find_project(session));
  if (!each.axes.empty()) return run_each(session, project, request, each, output);
  RequestTexts texts = TRY(read_request(session, project, request));
  const Digest asked = request_digest(texts, request);
  const auto progress = make_progress(session);
  std::optional<Records> so_far = records_so_far(session, project);
  // Files of a pushed version are not those of the folder that facts are kept of.
  const bool is_pushed = texts.pipeline.version.has_value();
  if (so_far && !is_pushed) {
    const auto repeated = try_repeat(session, *so_far, asked);
    if (repeated && *repeated) return tell(session, *so_far, *progress, **repeated, output);
  }

  Preparation preparation = TRY(prepare(session, std::move(texts), request));
  if (!preparation.run) return preparation.code;
  PreparedRun& prepared = *preparation.run;
  if (!so_far) so_far = TRY(open_records(session));
  Records& records = *so_far;
  TRY(check_pools(records, *prepared.plan, prepared.selection));
  auto workshop = TRY(Workshop::open(session, records, *progress));
  const RunRecord recorded =
      TRY(record_run(session, records, *workshop, prepared, request.options));
  progress->say(fmt::format("{} started", recorded.name()));
  TRY(workshop->engine().begin(recorded, prepared.plan, prepared.selection));
  auto ended = drive_and_finish(session, records, *workshop, *progress, recorded, output);
  // What is said again at each run cannot be said by the short way. That it is not kept costs time
  // only.
  if (ended && !prepared.source.has_warnings && !is_pushed)
    (void)keep_for_repeats(records, *workshop, asked, recorded.id).ok();
  return ended;
}

}  // namespace

const CliCommand run_command = {
    {"run", "run a pipeline",
     "Steps that have not changed are taken from the cache. Progress goes to standard error, the "
     "summary (or JSON) to standard output. Ctrl-C asks what runs to end and lets `finally` run; "
     "a second one kills; a third one leaves at once.\n"
     "Ends with 0 if the run succeeded, 1 if it failed, 2 for wrong parameters, 8 for a wrong "
     "pipeline file, 124 if its time was up, 130 if it was cancelled.",
     examples},
    true,
    run};

}  // namespace gt
