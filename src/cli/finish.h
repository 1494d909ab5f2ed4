/// The end of every command that drives or follows a run.
#pragma once

#include "cli/run_report.h"
#include "cli/wiring.h"

namespace gt {

enum class ReportForm { text, json };

/// Prints the summary, or the run as JSON, and gives the exit code that fits.
Result<ExitCode> finish(Session& session, Records& records, const RunReport& report, RunId run,
                        ReportForm form);

/// Drives to the end, then as above.
Result<ExitCode> drive_and_finish(Session& session, Records& records, Workshop& workshop,
                                  Progress& progress, const RunRecord& run, ReportForm form);

}  // namespace gt
