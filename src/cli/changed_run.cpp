#include "cli/changed_run.h"

#include "cli/claimed_run.h"
#include "cli/finish.h"

namespace gt {

namespace {

Result<ExitCode> go_on(Session& session, Records& records, const RunRecord& run,
                       const OutputForm& output) {
  const auto progress = make_progress(session);
  const ClaimedRun claimed = TRY(claim_left_run(session, records, *progress, run));
  progress->say(fmt::format("{} goes on", run.name()));
  TRY(claimed.workshop->engine().take_over(run.id, claimed.plan, claimed.selection));
  return drive_and_finish(session, records, *claimed.workshop, *progress, run, output);
}

Result<ExitCode> say_asked(Session& session, const RunRecord& run, const std::string& done,
                           bool is_driven_now, const OutputForm& output) {
  session.console.say(fmt::format("{} {}; `geartrain attach {}` {} it", run.name(), done,
                                  run.name(), is_driven_now ? "follows" : "goes on with"));
  if (!output.is_table())
    session.console.print(output.text_of(
        JsonObject{{"name", run.name()}, {"state", "running"}, {"driven", is_driven_now}}));
  return ExitCode::ok;
}

}  // namespace

Result<ExitCode> change_here(Session& session, Records& records, const RunRecord& run,
                             const ClearRequest& request, const ChangeTalk& talk,
                             const OutputForm& output) {
  const ChangedRun changed = TRY(ask_or_change(session, records, run, DriverRequest(request)));
  if (changed.is_driven || talk.later)
    return say_asked(session, changed.run, talk.done, changed.is_driven, output);
  return go_on(session, records, changed.run, output);
}

}  // namespace gt
