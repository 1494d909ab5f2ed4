#include "cli/progress_plain.h"

#include "base/text.h"
#include "cli/run_text.h"

namespace gt {

void PlainProgress::say(const std::string& line) { console_.say(line); }

void PlainProgress::changed(const TaskNews& news) {
  if (news.state == TaskState::queued || news.state == TaskState::running) {
    if (std::exchange(started_[news.index], news.attempts) == news.attempts) return;
  } else {
    started_.erase(news.index);
  }
  console_.say(printable(news.path) + ": " +
               console_.talk_painted(tone_of(news.state), describe(news)));
}

void PlainProgress::ended_many(std::uint32_t count, TaskState state) {
  console_.say(fmt::format("{} tasks: {}", count, to_text(state)));
}

void PlainProgress::log_tail(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) console_.say("    | " + printable(line));
}

}  // namespace gt
