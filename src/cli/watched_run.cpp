#include "cli/watched_run.h"

#include "base/text.h"

namespace gt {

WatchedRun::WatchedRun(std::string name, Say say, LogTail log_tail)
    : told_(std::move(name), std::move(say)), watcher_(told_, std::move(log_tail), {}) {}

void WatchedRun::Told::changed(const TaskNews& news) {
  const bool runs = news.state == TaskState::queued || news.state == TaskState::running;
  if (runs)
    running[news.index] = news.path;
  else
    running.erase(news.index);
  if (news.state == TaskState::failed || news.state == TaskState::retry_wait)
    say_(fmt::format("{}: {}: {}", name_, printable(news.path), describe(news)));
}

void WatchedRun::Told::log_tail(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) say_("    | " + printable(line));
}

std::string describe_end(const std::string& name, const RunRecord& run, const Tally& tally) {
  std::string line = fmt::format("{} {}", name, to_text(run.state));
  if (run.started_at && run.ended_at)
    line += " in " + format_duration(*run.ended_at - *run.started_at);
  if (const std::string text = tally.text(); !text.empty()) line += ": " + text;
  return line;
}

Result<void> obey_requests(Engine& engine, RunStore& runs, Transaction& reader, RunId run) {
  const auto recorded = runs.get(reader, run);
  (void)engine.take_requests(run);
  if (!recorded || recorded->cancel == CancelMode::none) return {};
  return cancel_open(engine, run, recorded->cancel, "geartrain cancel");
}

Result<void> cancel_open(Engine& engine, RunId run, CancelMode mode, const std::string& who) {
  const LiveRun* const live = engine.find(run);
  if (live == nullptr || live->is_ended()) return {};
  return engine.request_cancel(run, mode, who);
}

std::string PoolWaits::news(const Workshop& workshop, const LiveRun& run, TaskIndex task,
                            const std::string& pool) {
  if (!told_.insert(pool).second) return {};
  const std::string reason = workshop.wait_reason(run.record().id, task);
  if (reason.empty()) return {};
  return fmt::format("{} {}: {}", run.record().name(), run.task_path(task), reason);
}

}  // namespace gt
