#include "base/text.h"
#include "cli/batch_command.h"
#include "cli/claimed_run.h"
#include "cli/commands.h"
#include "cli/finish.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain retry latest", "what did not succeed, in the same run"},
};

Result<void> refuse(Records& records, const RunRecord& run) {
  auto checked = check_retry(run);
  if (checked) return checked;
  Error problem = std::move(checked).error();
  const bool is_driven_now = TRY(is_driven(records, run));
  problem.hint =
      run.state == RunState::succeeded
          ? "`geartrain run` begins another run, `geartrain clear` does steps of it again"
          : fmt::format("`geartrain attach {}` {} it", run.name(),
                        is_driven_now ? "follows" : "goes on with");
  return problem;
}

Result<ExitCode> retry_batch(Session& session, Records& records, const RunRecord& found,
                             const OutputForm& output) {
  std::vector<BatchRun> wanted;
  for (BatchRun& one : TRY(batch_of(records, found, BatchStart::reopen))) {
    if (one.run.state == RunState::succeeded) continue;
    TRY(refuse(records, one.run));
    wanted.push_back(std::move(one));
  }
  if (wanted.empty()) {
    session.console.say("all of them have succeeded");
    return ExitCode::ok;
  }
  return drive_batch(session, records, std::move(wanted), output);
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(retry_command.text);
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
  if (is_batch) return retry_batch(session, records, found, output);
  TRY(refuse(records, found));
  const auto progress = make_progress(session);
  const ClaimedRun claimed = TRY(claim_run(session, records, *progress, found));
  progress->say(fmt::format("{} goes on", found.name()));
  TRY(claimed.workshop->engine().reopen(found.id, claimed.plan, claimed.selection, person()));
  return drive_and_finish(session, records, *claimed.workshop, *progress, found, output);
}

}  // namespace

const CliCommand retry_command = {
    {"retry", "do again what did not succeed in a run",
     "The run is opened again, with the pipeline and parameters as they were recorded. Tasks that "
     "succeeded stay as they are. Ends as run does.",
     examples},
    true,
    run};

}  // namespace gt
