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

}  // namespace gt
