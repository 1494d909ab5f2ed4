#include "base/text.h"
#include "cli/batch_command.h"
#include "cli/claimed_run.h"
#include "cli/commands.h"
#include "cli/finish.h"
#include "cli/follow.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain attach latest --batch", "go on with all that an interrupted `run --each` left"},
    {"geartrain attach latest", "follow the newest run, or go on with it if nobody drives it"},
};

Result<ExitCode> go_on(Session& session, Records& records, Progress& progress, const RunRecord& run,
                       const OutputForm& output) {
  const ClaimedRun claimed = TRY(claim_left_run(session, records, progress, run));
  progress.say(run.state == RunState::paused
                   ? fmt::format("{0} is paused: `geartrain resume {0}` lets it go on", run.name())
                   : fmt::format("going on with {}", run.name()));
  TRY(claimed.workshop->engine().take_over(run.id, claimed.plan, claimed.selection));
  return drive_and_finish(session, records, *claimed.workshop, progress, run, output);
}

Result<FollowEnd> follow_to_end(Session& session, Records& records, const RunRecord& run,
                                Progress& progress) {
  // Gone before the workshop opens its own.
  SignalWatch signals = TRY(SignalWatch::open());
  return follow(session, records, run, progress, signals);
}

Result<RunReport> report_of_ended(Records& records, RunId run) {
  auto reader = TRY(records.database->begin_read());
  const RunRecord ended = TRY(records.runs.get(reader, run));
  const RunView view = TRY(RunView::load(records.runs, reader, ended));
  return report_of(view);
}

Result<ExitCode> go_on_with_batch(Session& session, Records& records, const RunRecord& found,
                                  const OutputForm& output) {
  std::vector<BatchRun> left;
  for (BatchRun& one : TRY(batch_of(records, found, BatchStart::take_over))) {
    const RunRecord& run = one.run;
    if (is_ended(run.state)) continue;
    if (TRY(is_driven(records, run)))
      return Error{
          Errc::conflict, fmt::format("another geartrain drives {} and its batch", run.name()),
          fmt::format("`geartrain attach {}` follows this run, `geartrain runs --batch {}` "
                      "lists all",
                      run.name(), run.name())};
    left.push_back(std::move(one));
  }
  if (left.empty()) {
    session.console.say("all of them have ended");
    return ExitCode::ok;
  }
  return drive_batch(session, records, std::move(left), output);
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(attach_command.text);
  std::optional<std::string> name;
  OutputForm output;
  options.argument("RUN", name, Need::required, run_argument_help);
  bool is_batch = false;
  options.flag("--batch", is_batch, "All runs that one `run --each` made together with it.");
  options.setting(SettingId::max_active);
  declare_execution(options);
  options.output(output, ended_batch_shape);
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  const RunRecord found = TRY(find_run(records, *name));
  if (is_batch) return go_on_with_batch(session, records, found, output);
  const auto progress = make_progress(session);
  FollowEnd end = FollowEnd::run_ended;
  if (!is_ended(found.state)) end = TRY(follow_to_end(session, records, found, *progress));
  progress->clear();
  if (end == FollowEnd::left) {
    session.console.say(fmt::format("left; {} goes on", found.name()));
    return ExitCode::interrupted;
  }
  if (end == FollowEnd::engine_gone) return go_on(session, records, *progress, found, output);
  const RunReport report = TRY(report_of_ended(records, found.id));
  return finish(session, records, report, found.id, output);
}

}  // namespace

const CliCommand attach_command = {
    {"attach", "follow a run, or go on with one that nobody drives",
     "As long as another geartrain drives the run, this one only watches, and Ctrl-C leaves. When "
     "that one is gone, this one takes the run over, adopts what still runs, and finishes it; "
     "Ctrl-C then cancels, as in run. Ends as run does.",
     examples},
    true,
    run};

}  // namespace gt
