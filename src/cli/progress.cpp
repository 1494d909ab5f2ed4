#include "cli/progress.h"

#include "base/text.h"
#include "cli/message_text.h"
#include "cli/progress_live.h"
#include "cli/progress_plain.h"

namespace gt {

namespace {

constexpr std::array ended_states = {
    TaskState::succeeded, TaskState::cached,    TaskState::failed, TaskState::upstream_failed,
    TaskState::skipped,   TaskState::cancelled, TaskState::removed};

}  // namespace

std::uint32_t Tally::total() const {
  std::uint32_t sum = 0;
  for (const std::uint32_t count : counts_) sum += count;
  return sum;
}

std::uint32_t Tally::ended() const {
  std::uint32_t sum = 0;
  for (const TaskState state : ended_states) sum += count(state);
  return sum;
}

std::string Tally::text() const {
  std::string text;
  for (const TaskState state : ended_states)
    if (count(state) > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count(state), to_text(state));
  return text;
}

std::unique_ptr<Progress> make_progress(const Session& session) {
  Console& console = session.console;
  const std::string& form = session.settings().text(SettingId::progress);
  if (form == "none") return std::make_unique<SilentProgress>();
  if (form == "auto" && console.facts().talk.is_terminal && console.facts().can_move_cursor)
    return std::make_unique<LiveProgress>(console);
  return std::make_unique<PlainProgress>(console);
}

std::string describe(const TaskNews& news) {
  const bool starts = news.state == TaskState::queued || news.state == TaskState::running;
  const std::string failure = news.message.empty() ? "" : ": " + headline(news.message);
  std::string text = to_text(news.state);
  if (starts) text = "started";
  if (starts && news.attempts > 1) text = fmt::format("started again, attempt {}", news.attempts);
  if (news.state == TaskState::retry_wait) text = "failed";
  const bool was_executed = news.state == TaskState::succeeded || news.state == TaskState::failed ||
                            news.state == TaskState::cancelled;
  if (was_executed && news.started_at && news.ended_at)
    text += " in " + format_duration(std::max(Duration(0), *news.ended_at - *news.started_at));
  if (!starts && !is_success(news.state)) text += failure;
  if (news.state == TaskState::retry_wait)
    text += fmt::format("; attempt {} follows{}", news.attempts + 1,
                        news.memory_bytes ? " with " + format_bytes(*news.memory_bytes) : "");
  if (news.state == TaskState::deferred) return printable(news.reason);
  if (!news.reason.empty() && (starts || news.state == TaskState::cached))
    text += ": " + printable(news.reason);
  return text;
}

}  // namespace gt
