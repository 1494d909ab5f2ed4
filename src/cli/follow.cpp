#include "cli/follow.h"

#include <poll.h>

#include "base/id.h"
#include "cli/records.h"
#include "view/run_view.h"

namespace gt {

namespace {

/// Nobody rings for an engine that died.
constexpr int presence_milliseconds = 1000;
/// A busy run changes a thousand times a second; nobody can read that.
constexpr int pause_milliseconds = 50;
constexpr std::size_t told_at_once_max = 20;

class Follower {
 public:
  Follower(Records& records, const RunRecord& run, Progress& progress)
      : records_(records), run_(run), progress_(progress) {}

  /// Tells what has changed; gives the run's record.
  Result<RunRecord> look() {
    auto reader = TRY(records_.database->begin_read());
    const RunRecord run = TRY(records_.runs.get(reader, run_.id));
    const RunView view = TRY(RunView::load(records_.runs, reader, run));
    tally_ = {};
    std::vector<const TaskRecord*> changed;
    seen_.resize(view.tasks().size());
    for (const TaskRecord& task : view.tasks()) {
      if (view.has_parts(task)) continue;
      tally_.add(task.state);
      const bool is_new = seen_[task.index] != task.state;
      seen_[task.index] = task.state;
      if (is_new && task.state != TaskState::waiting && task.state != TaskState::ready)
        changed.push_back(&task);
    }
    TRY(tell(reader, view, changed));
    return run;
  }

  const Tally& tally() const { return tally_; }

 private:
  Result<void> tell(Transaction& reader, const RunView& view,
                    const std::vector<const TaskRecord*>& changed) {
    if (changed.size() > told_at_once_max) {
      progress_.say(std::to_string(changed.size()) + " tasks: " + tally_.text());
      return {};
    }
    for (const TaskRecord* task : changed) {
      const auto manifest = TRY(records_.runs.manifest(reader, run_.id, task->index));
      progress_.changed({.index = task->index,
                         .path = view.path(*task),
                         .state = task->state,
                         .attempts = task->attempts,
                         .started_at = task->started_at,
                         .ended_at = task->ended_at,
                         .next_at = task->next_at,
                         .message = task->message,
                         .reason = manifest ? manifest->reason : ""});
    }
    return {};
  }

  Records& records_;
  const RunRecord& run_;
  Progress& progress_;
  Tally tally_;
  std::vector<TaskState> seen_;
};

bool wants_to_leave(SignalWatch& signals) {
  bool leaves = false;
  while (const auto signal = signals.next()) leaves = leaves || *signal != SIGWINCH;
  return leaves;
}

}  // namespace

Result<FollowEnd> follow(Session& session, Records& records, const RunRecord& run,
                         Progress& progress, SignalWatch& signals) {
  Bell bell = TRY(records.database->listen(Listener::follower,
                                           make_uuid(session.clock.now(), session.entropy)));
  Follower follower(records, run, progress);
  bool is_stop_told = false;
  for (;;) {
    bell.clear();
    const RunRecord now = TRY(follower.look());
    progress.tick(follower.tally(), session.clock.now());
    if (is_ended(now.state)) return FollowEnd::run_ended;
    // Looked at after the run: an engine that ended it and left is not gone before its time.
    if (!TRY(is_driven(records, now))) {
      auto reader = TRY(records.database->begin_read());
      const bool has_ended = is_ended(TRY(records.runs.get(reader, run.id)).state);
      if (!has_ended) return FollowEnd::engine_gone;
      continue;
    }
    if (const std::string notice = stopped_notice(records, now); is_stop_told == notice.empty()) {
      is_stop_told = !notice.empty();
      progress.say(is_stop_told ? notice : fmt::format("{} goes on", run.name()));
    }
    if (wants_to_leave(signals)) return FollowEnd::left;
    pollfd waiting[] = {{signals.fd(), POLLIN, 0}, {bell.fd(), POLLIN, 0}};
    (void)::poll(waiting, 1, pause_milliseconds);
    const auto interval = progress.interval();
    const int timeout =
        interval ? static_cast<int>(
                       std::chrono::duration_cast<std::chrono::milliseconds>(*interval).count())
                 : presence_milliseconds;
    (void)::poll(waiting, 2, timeout);
  }
}

}  // namespace gt
