/// The end of every command that drives or follows a run.
#pragma once

#include "cli/run_report.h"
#include "cli/wiring.h"

namespace gt {

inline constexpr DataShape ended_run_shape = {.text = "the run and its tasks, once it has ended.",
                                              .names = "name"};

/// Prints the summary, or the run as data, and gives the exit code that fits.
Result<ExitCode> finish(Session& session, Records& records, const RunReport& report, RunId run,
                        const OutputForm& output);

/// Drives to the end, then as above.
Result<ExitCode> drive_and_finish(Session& session, Records& records, Workshop& workshop,
                                  Progress& progress, const RunRecord& run,
                                  const OutputForm& output);

}  // namespace gt
