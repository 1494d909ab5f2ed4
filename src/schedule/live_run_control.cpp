// Runs that a person holds, and runs that are late.
#include "base/text.h"
#include "schedule/live_run.h"

namespace gt {

void LiveRun::pause() {
  if (is_ended() || is_paused() || run_.cancel != CancelMode::none || timed_out_) return;
  run_.state = RunState::paused;
  // One that has not started is recorded as paused by whoever asked.
  if (run_.started_at) touch_run(run_.state);
}

void LiveRun::unpause() {
  if (!is_paused()) return;
  run_.state = run_.started_at ? RunState::running : RunState::queued;
  if (run_.started_at) touch_run(run_.state);
}

std::optional<Time> LiveRun::notice_deadline(Time now) {
  const std::optional<Time> due = deadline();
  if (!due || has_missed_deadline_ || is_ended()) return std::nullopt;
  if (now < *due) return due;
  has_missed_deadline_ = true;
  JsonObject details;
  details.set("deadline", format_time(*due));
  add_event(now, "deadline_missed", no_task, std::move(details));
  return std::nullopt;
}

}  // namespace gt
