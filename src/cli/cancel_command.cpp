#include "base/text.h"
#include "cli/claimed_run.h"
#include "cli/commands.h"
#include "cli/finish.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain cancel latest", "ask what runs to end, then run `finally`"},
    {"geartrain cancel flights/12 --kill", "at once, without `finally`"},
};

Result<void> record_request(Records& records, const RunRecord& run, CancelMode mode) {
  auto writer = TRY(records.database->begin_write());
  TRY(records.runs.request_cancel(writer, run.id, mode));
  return writer.commit();
}

/// Nobody drives it: finds what still runs, ends it, and ends the run.
Result<void> cancel_here(Session& session, Records& records, Progress& progress,
                         const RunRecord& run) {
  const ClaimedRun claimed = TRY(claim_run(session, records, progress, run));
  TRY(claimed.workshop->engine().take_over(run.id, claimed.plan, claimed.selection));
  TRY(claimed.workshop->drive(run.id));
  progress.clear();
  return {};
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(cancel_command.text);
  std::optional<std::string> name;
  bool kill = false;
  OutputForm output;
  options.argument("RUN", name, Need::required, run_argument_help);
  options.flag("--kill", kill, "Kill what runs, and leave out `finally`.");
  options.output(output, {.text = "{run, state, driven}.", .names = "run"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  const RunRecord found = TRY(find_run(records, *name));
  if (is_ended(found.state))
    return Error{Errc::conflict,
                 fmt::format("{} has ended already: it {}", found.name(), to_text(found.state)),
                 fmt::format("`geartrain show {}` shows it", found.name())};
  TRY(record_request(records, found, kill ? CancelMode::kill : CancelMode::terminate));
  const bool is_driven_now = TRY(is_driven(records, found));
  const auto progress = make_progress(session);
  if (is_driven_now) {
    records.database->ring(found.owner_engine);
    session.console.say(fmt::format("{} is asked to end; `geartrain attach {}` follows it",
                                    found.name(), found.name()));
    if (const std::string notice = stopped_notice(records, found); !notice.empty())
      session.console.say(notice);
  } else {
    TRY(cancel_here(session, records, *progress, found));
  }
  const RunRecord after = TRY(find_run(records, found.uuid));
  if (!output.is_table())
    session.console.print(output.text_of(JsonObject{
        {"run", after.name()}, {"state", to_text(after.state)}, {"driven", is_driven_now}}));
  else if (!is_driven_now)
    session.console.say(fmt::format("{} {}", after.name(), to_text(after.state)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand cancel_command = {
    {"cancel", "end a run",
     "The geartrain that drives the run is asked; if none does, this one ends the run itself.",
     examples},
    true,
    run};

}  // namespace gt
