#include "cli/run_report.h"

#include "base/text.h"
#include "cli/message_text.h"
#include "cli/run_text.h"

namespace gt {

namespace {

constexpr std::size_t failed_shown_max = 10;

}  // namespace

RunReport report_of(const RunRecord& run, const Tally& tally) {
  RunReport report{.name = run.name(),
                   .state = run.state,
                   .error = run.error ? run.error->message : "",
                   .tally = tally,
                   .took = {},
                   .failed = {},
                   .failed_count = 0};
  if (run.started_at && run.ended_at)
    report.took = std::max(Duration(0), *run.ended_at - *run.started_at);
  return report;
}

RunReport report_of(const RunView& view) {
  RunReport report = report_of(view.run(), {});
  for (const TaskRecord& task : view.tasks()) {
    if (view.has_parts(task)) continue;
    report.tally.add(task.state);
    if (task.state != TaskState::failed) continue;
    ++report.failed_count;
    if (report.failed.size() < failed_shown_max)
      report.failed.push_back({view.path(task), task.message, task.attempts > 0});
  }
  return report;
}

RunReport report_of(const LiveRun& run, const Tally& tally, const std::vector<TaskIndex>& failed) {
  RunReport report = report_of(run.record(), tally);
  report.failed_count = failed.size();
  for (const TaskIndex task : failed) {
    if (report.failed.size() == failed_shown_max) break;
    const AttemptFailed* const failure = run.failure(task);
    report.failed.push_back(
        {run.task_path(task), failure ? failure->message : "", run.task(task).attempts > 0});
  }
  return report;
}

std::string text_of(const RunReport& report, const Console& console) {
  std::string text = console.painted(Tone::strong, report.name) + " " +
                     console.painted(tone_of(report.state), to_text(report.state));
  if (report.took) text += " in " + format_duration(*report.took);
  if (const std::string counts = report.tally.text(); !counts.empty()) text += ": " + counts;
  text += "\n";
  if (!report.error.empty()) text += "  " + printable(report.error) + "\n";
  for (const FailedTask& task : report.failed)
    text += fmt::format("  {}: {}\n", printable(task.path), headline(task.message));
  if (report.failed_count > report.failed.size())
    text += fmt::format("  and {} more\n", report.failed_count - report.failed.size());
  const auto next = [&](const std::string& command) {
    text += console.painted(Tone::faint, "next:") + " geartrain " + command + "\n";
  };
  if (!report.failed.empty())
    next(fmt::format("{} {} {}", report.failed.front().has_log ? "logs" : "why", report.name,
                     shell_quoted(report.failed.front().path)));
  if (report.state == RunState::failed || report.state == RunState::cancelled)
    next(fmt::format("retry {}", report.name));
  else
    next(fmt::format("show {}", report.name));
  return text;
}

ExitCode exit_code_of(const RunRecord& run) {
  switch (run.state) {
    case RunState::succeeded:
      return ExitCode::ok;
    case RunState::cancelled:
      return ExitCode::interrupted;
    case RunState::failed:
      return run.error && run.error->cause == Cause::run_timeout ? ExitCode::timed_out
                                                                 : ExitCode::failed;
    case RunState::queued:
    case RunState::running:
    case RunState::paused:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

}  // namespace gt
