#include "cli/finish.h"

#include "base/text.h"
#include "cli/notifier.h"
#include "cli/records.h"
#include "view/json_shapes.h"

namespace gt {

Result<ExitCode> finish(Session& session, Records& records, const RunReport& report, RunId run,
                        const OutputForm& output) {
  auto reader = TRY(records.database->begin_read());
  const RunRecord record = TRY(records.runs.get(reader, run));
  if (output.is_table()) {
    session.console.print(text_of(report, session.console));
  } else {
    const RunView view = TRY(RunView::load(records.runs, reader, record));
    const JsonObject shape = TRY(run_json(view));
    session.console.print(output.text_of(shape));
  }
  return exit_code_of(record);
}

Result<ExitCode> drive_and_finish(Session& session, Records& records, Workshop& workshop,
                                  Progress& progress, const RunRecord& run,
                                  const OutputForm& output) {
  auto driven = workshop.drive(run.id);
  progress.clear();
  if (!driven) {
    Error problem = std::move(driven).error();
    if (!problem.hint.empty()) problem.hint += "\n";
    problem.hint += fmt::format("`geartrain attach {}` goes on with it", run.name());
    return problem;
  }
  tell_receivers(session, records);
  const LiveRun* const live = workshop.engine().find(run.id);
  GT_CHECK(live != nullptr, "an engine knows the run that it drove to its end");
  const RunReport report =
      report_of(*live, workshop.watcher().tally(), workshop.watcher().failed());
  return finish(session, records, report, run.id, output);
}

}  // namespace gt
