/// The last words about a run, and the program's exit code for it.
#pragma once

#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/progress.h"
#include "schedule/live_run.h"
#include "view/run_view.h"

namespace gt {

struct FailedTask {
  std::string path;
  std::string message;
  bool has_log = false;
};

struct RunReport {
  std::string name;
  RunState state = RunState::running;
  std::string error;  ///< of the run itself, such as its timeout
  Tally tally;
  std::optional<Duration> took;
  std::vector<FailedTask> failed;  ///< that failed by themselves; the first few
  std::size_t failed_count = 0;
};

RunReport report_of(const RunView& view);
/// Of a run that had nothing to do.
RunReport report_of(const RunRecord& run, const Tally& tally);
/// `failed`: in the order of failing.
RunReport report_of(const LiveRun& run, const Tally& tally, const std::vector<TaskIndex>& failed);

/// What became of it, and the commands that may come next.
std::string text_of(const RunReport& report, const Console& console);

ExitCode exit_code_of(const RunRecord& run);

}  // namespace gt
