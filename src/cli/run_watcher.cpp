#include "cli/run_watcher.h"

#include <array>
#include <unordered_set>

#include "base/text.h"
#include "cli/message_text.h"
#include "schedule/wait_text.h"
#include "view/place_wait.h"

namespace gt {

namespace {

TaskChange change_of(const TaskRecord& record) {
  return {.index = record.index,
          .state = record.state,
          .attempts = record.attempts,
          .attempts_before_reopening = 0,
          .anew = record.anew,
          .cause = record.cause,
          .message = record.message,
          .exit_code = record.exit_code,
          .next_at = record.next_at,
          .memory_bytes = record.memory_bytes,
          .started_at = record.started_at,
          .ended_at = record.ended_at};
}

bool is_quiet(TaskState state) {
  return state == TaskState::cached || state == TaskState::skipped ||
         state == TaskState::upstream_failed || state == TaskState::removed ||
         state == TaskState::deferred;
}

/// Whether another attempt began in the commit in which one failed.
bool follows_at_once(const TaskChange& change) {
  const bool goes_on = change.state == TaskState::queued || change.state == TaskState::running;
  return goes_on && !change.message.empty();
}

bool is_shown(TaskState state) {
  return is_ended(state) || state == TaskState::queued || state == TaskState::running ||
         state == TaskState::retry_wait || state == TaskState::deferred;
}

}  // namespace

void RunWatcher::committed(const LiveRun& run, const RunChanges& changes) {
  const bool is_taken_over = states_.empty() && changes.created.size() < run.tasks().size();
  for (const TaskManifest& manifest : changes.manifests)
    if (!manifest.reason.empty()) reasons_[manifest.task] = manifest.reason;
  std::array<std::uint32_t, task_state_count> quiet{};
  const auto each = [&](const auto& visit) {
    for (const TaskChange& change : changes.changed) visit(change);
    for (const TaskRecord& record : changes.created) visit(change_of(record));
  };
  each([&](const TaskChange& change) { ++quiet[static_cast<std::size_t>(change.state)]; });
  states_.resize(run.tasks().size());
  if (is_taken_over) begin(run, changes);
  tell_of_run(run, changes);
  each([&](const TaskChange& change) {
    count(run, change.index);
    const bool is_one_of_many =
        is_quiet(change.state) && quiet[static_cast<std::size_t>(change.state)] > told_at_once_max;
    if (!is_one_of_many) tell(run, change);
  });
  for (const TaskState state : {TaskState::cached, TaskState::skipped, TaskState::upstream_failed,
                                TaskState::removed, TaskState::deferred}) {
    const std::uint32_t many = quiet[static_cast<std::size_t>(state)];
    if (many > told_at_once_max) progress_.ended_many(many, state);
  }
}

void RunWatcher::tell_of_run(const LiveRun& run, const RunChanges& changes) {
  const std::string name = run.record().name();
  for (const RunEvent& event : changes.events)
    if (event.kind == "deadline_missed") {
      const Json* const deadline = event.details.find("deadline");
      const bool is_known = deadline != nullptr && deadline->string() != nullptr;
      progress_.say(fmt::format(
          "{} is late: its deadline was {}",
          event.task == no_task ? name : fmt::format("{} {}", name, run.task_path(event.task)),
          is_known ? *deadline->string() : format_time(event.at)));
    }
  const bool was_paused = std::exchange(is_paused_, run.is_paused());
  if (is_paused_ && !was_paused)
    progress_.say(
        fmt::format("{0} is paused: nothing new starts until `geartrain resume {0}`", name));
  else if (was_paused && !is_paused_ && !run.is_ended())
    progress_.say(fmt::format("{} goes on", name));
}

void RunWatcher::queued(const LiveRun& run, const std::vector<RunRecord>& before) {
  progress_.say(fmt::format("{} {}", run.record().name(), place_wait_text(before)));
}

void RunWatcher::waits(const LiveRun& run, TaskIndex task, const std::string& pool) {
  if (!told_waits_.emplace(run.record().id, pool).second) return;
  const std::string reason = wait_reason_(run.record().id, task);
  if (!reason.empty()) progress_.say(fmt::format("{}: {}", run.task_path(task), reason));
}

/// What is there already when an engine goes on with a run. What the first commit changes is told
/// with that.
void RunWatcher::begin(const LiveRun& run, const RunChanges& changes) {
  std::unordered_set<TaskIndex> changed;
  for (const TaskChange& change : changes.changed) changed.insert(change.index);
  std::uint32_t deferred = 0;
  for (TaskIndex index = 0; index < run.tasks().size(); ++index) {
    count(run, index);
    const LiveRun::Task& task = run.task(index);
    const bool runs = task.state == TaskState::queued || task.state == TaskState::running;
    const bool waits = task.state == TaskState::deferred && ++deferred <= told_at_once_max;
    if ((runs || waits) && task.kind == TaskKind::step && !changed.contains(index))
      progress_.changed({.index = index,
                         .path = run.task_path(index),
                         .state = task.state,
                         .attempts = task.attempts,
                         .started_at = {},
                         .ended_at = {},
                         .next_at = {},
                         .message = {},
                         .reason = waits ? wait_text(run, index) : ""});
  }
}

void RunWatcher::count(const LiveRun& run, TaskIndex index) {
  const LiveRun::Task& task = run.task(index);
  const bool counts = task.kind == TaskKind::step || run.children(index).size() == 0;
  if (states_[index]) tally_.remove(*states_[index]);
  states_[index] = counts ? std::optional(task.state) : std::nullopt;
  if (counts) tally_.add(task.state);
}

void RunWatcher::tell(const LiveRun& run, const TaskChange& change) {
  if (follows_at_once(change)) {
    TaskChange failed = change;
    failed.state = TaskState::retry_wait;
    if (run.task(change.index).kind == TaskKind::step) --failed.attempts;
    tell(run, failed);
    TaskChange again = change;
    again.message.clear();
    return tell(run, again);
  }
  const LiveRun::Task& task = run.task(change.index);
  // It may be tried again with a group around it.
  if (change.state != TaskState::failed) std::erase(failed_, change.index);
  const bool is_container = task.kind != TaskKind::step && run.children(change.index).size() > 0;
  if (is_container && change.state != TaskState::retry_wait) return;
  if (!is_shown(change.state)) return;
  if (change.started_at) started_[change.index] = *change.started_at;
  progress_.changed(news_of(run, change));
  if (change.state == TaskState::deferred && run.step_of(change.index).approval())
    progress_.say(fmt::format("next: geartrain approve {} {}", run.record().name(),
                              shell_quoted(run.task_path(change.index))));
  const bool failed = change.state == TaskState::failed;
  if (failed || change.state == TaskState::retry_wait) {
    if (failed) failed_.push_back(change.index);
    if (change.attempts > 0 && task.kind == TaskKind::step)
      progress_.log_tail(log_tail_(run.record(), {run.record().id, change.index, change.attempts}));
    if (const auto further = further_lines(change.message); !further.empty())
      progress_.log_tail(further);
  }
  if (is_ended(change.state)) {
    started_.erase(change.index);
    reasons_.erase(change.index);
  }
}

TaskNews RunWatcher::news_of(const LiveRun& run, const TaskChange& change) const {
  TaskNews news{.index = change.index,
                .path = run.task_path(change.index),
                .state = change.state,
                .attempts = change.attempts,
                .started_at = change.started_at,
                .ended_at = change.ended_at,
                .next_at = change.next_at,
                .message = change.message,
                .reason = {},
                .memory_bytes = change.memory_bytes};
  if (const auto began = started_.find(change.index); began != started_.end())
    news.started_at = began->second;
  if (const auto reason = reasons_.find(change.index); reason != reasons_.end())
    news.reason = reason->second;
  if (change.state == TaskState::deferred) news.reason = wait_text(run, change.index);
  return news;
}

}  // namespace gt
