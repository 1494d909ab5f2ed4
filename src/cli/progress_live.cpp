#include "cli/progress_live.h"

#include "base/text.h"
#include "cli/run_text.h"
#include "cli/wrapped_text.h"

namespace gt {

namespace {

constexpr std::size_t running_lines_max = 8;
constexpr std::size_t bar_columns = 24;

const char* mark_of(TaskState state) {
  switch (state) {
    case TaskState::succeeded:
      return "✓";
    case TaskState::cached:
      return "=";
    case TaskState::failed:
      return "✗";
    case TaskState::retry_wait:
      return "↻";
    default:
      return "-";
  }
}

}  // namespace

void LiveProgress::say(const std::string& line) { region_.scroll(line); }

void LiveProgress::changed(const TaskNews& news) {
  if (news.state == TaskState::queued || news.state == TaskState::running) {
    Running& running = running_[news.index];
    running.path = news.path;
    if (news.started_at) running.since = news.started_at;
    if (!news.reason.empty()) running.reason = news.reason;
    return;
  }
  std::string why;
  if (const auto found = running_.find(news.index); found != running_.end()) {
    if (news.state == TaskState::succeeded && !found->second.reason.empty())
      why = "  " + printable(found->second.reason);
    running_.erase(found);
  }
  say(console_.talk_painted(tone_of(news.state), mark_of(news.state)) + " " + printable(news.path) +
      "  " + console_.talk_painted(tone_of(news.state), describe(news)) +
      console_.talk_painted(Tone::faint, why));
}

void LiveProgress::ended_many(std::uint32_t count, TaskState state) {
  say(console_.talk_painted(tone_of(state), mark_of(state)) +
      fmt::format(" {} tasks  {}", count, to_text(state)));
}

void LiveProgress::log_tail(const std::vector<std::string>& lines) {
  for (const std::string& line : lines)
    say(console_.talk_painted(Tone::faint, "    | ") + printable(line));
}

void LiveProgress::tick(const Tally& tally, Time now) {
  if (!began_at_) began_at_ = now;
  const std::size_t width = region_.width();
  std::vector<std::string> lines = {bar(tally, now, width)};
  for (const auto& [index, running] : running_) {
    if (lines.size() > running_lines_max) {
      lines.push_back(
          clipped(fmt::format("  and {} more", running_.size() - running_lines_max), width));
      break;
    }
    lines.push_back(running_line(running, now, width));
  }
  region_.draw(lines);
}

void LiveProgress::clear() { region_.clear(); }

std::string LiveProgress::running_line(const Running& running, Time now, std::size_t width) const {
  const std::string time = running.since ? format_duration(now - *running.since) : "starting";
  return clipped(fmt::format("  {}  {}", printable(running.path), time), width);
}

std::string LiveProgress::bar(const Tally& tally, Time now, std::size_t width) const {
  const std::size_t total = std::max(tally.total(), 1U);
  const std::size_t filled = bar_columns * tally.ended() / total;
  std::string text = "[";
  text.append(filled, '=');
  text.append(bar_columns - filled, ' ');
  text +=
      fmt::format("] {}/{}  {}", tally.ended(), tally.total(), format_duration(now - *began_at_));
  if (tally.count(TaskState::failed) > 0)
    text += fmt::format("  {} failed", tally.count(TaskState::failed));
  return clipped(text, width);
}

}  // namespace gt
