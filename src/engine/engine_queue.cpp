// Runs that were begun and have not started: their pipeline lets only some be active at once, or
// somebody has paused them.
#include <algorithm>

#include "engine/active_run.h"
#include "run/run_pauses.h"

namespace gt {

namespace {

/// The end of a run that another engine drives is found by looking.
constexpr Duration look_interval = std::chrono::seconds(1);

}  // namespace

void Engine::start(ActiveRun& active, Time now) {
  active.is_queued = false;
  active.live.start(now);
  // Somebody may have asked while it waited to be begun.
  active.live.obey_stop_requests(now);
}

/// In the order in which they were recorded, whoever drives them: so no two engines start one too
/// many.
Result<void> Engine::start_queued(Time now) {
  for (auto& [id, active] : active_) {
    if (!active->is_queued) continue;
    const std::int64_t last_event = active->live.last_event();
    active->wake_at = active->live.notice_deadline(now);
    active->is_late = active->is_late || active->live.last_event() != last_event;
  }
  if (queue_again_at_ && now < *queue_again_at_) return {};
  std::optional<Time> again;
  for (auto& [id, active] : active_) {
    if (!active->is_queued || active->live.is_paused()) continue;
    const auto& most = active->live.plan().pipeline().max_active;
    std::vector<RunRecord> before;
    if (most) {
      auto reader = TRY(parts_.database.begin_read());
      before = TRY(parts_.runs.open_runs_before(reader, active->live.record(), *most));
    }
    if (!most || before.size() < *most) {
      start(*active, now);
      continue;
    }
    again = now + look_interval;
    if (!std::exchange(active->has_told_queue, true) && parts_.observer)
      parts_.observer->queued(active->live, before);
  }
  queue_again_at_ = again;
  return {};
}

std::optional<Time> Engine::next_queue_look() const {
  const bool somebody_waits = std::ranges::any_of(active_, [](const auto& entry) {
    return entry.second->is_queued && !entry.second->live.is_paused();
  });
  if (!somebody_waits) return std::nullopt;
  return queue_again_at_.value_or(Time{});
}

Result<void> Engine::obey_pause(ActiveRun& active, Transaction& reader) {
  const bool is_wanted = TRY(RunPauses().find(reader, active.live.record().id)).has_value();
  if (is_wanted == active.live.is_paused()) return {};
  if (is_wanted)
    active.live.pause();
  else
    active.live.unpause();
  if (active.is_queued) queue_again_at_.reset();
  // What it wants of pools is not wanted now, or is again.
  claims_changed_ = true;
  return {};
}

}  // namespace gt
