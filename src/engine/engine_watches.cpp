// Tasks that wait for something outside: what is watched follows from what is recorded.
#include "engine/active_run.h"
#include "engine/outside_answers.h"
#include "schedule/judge_look.h"

namespace gt {

void Engine::apply_looks(Time now) {
  for (WatchEvent& event : parts_.watcher.poll()) {
    const auto found = watched_.find(event.watch);
    if (found == watched_.end()) continue;
    const auto& [run, task] = found->second;
    LiveRun& live = active_.at(run)->live;
    if (live.waits_outside(task))
      live.apply_look(task, judge_look(live, task, std::move(event.look)), now);
  }
  for (auto& [id, active] : active_)
    for (auto& [task, failure] : std::exchange(active->unwatchable, {}))
      active->live.apply_look(task, NeverFound{std::move(failure)}, now);
}

/// After the commit that recorded `changes`.
void Engine::follow_waits(ActiveRun& active, const RunChanges& changes) {
  if (std::exchange(active.watches_anew, false)) {
    forget_watches(active);
    for (TaskIndex task = 0; task < active.live.tasks().size(); ++task)
      follow_wait(active, task, false);
    return;
  }
  for (const TaskRecord& record : changes.created)
    follow_wait(active, record.index, record.started_at.has_value());
  for (const TaskChange& change : changes.changed)
    follow_wait(active, change.index, change.started_at.has_value());
}

/// `has_begun`: it may have waited before, for something else.
void Engine::follow_wait(ActiveRun& active, TaskIndex task, bool has_begun) {
  const bool is_wanted = active.live.waits_outside(task);
  const auto known = active.watches.find(task);
  if (known != active.watches.end() && is_wanted && !has_begun) return;
  if (known != active.watches.end()) forget_watch(active, known);
  if (!is_wanted) return;
  auto condition = condition_of(active, task);
  if (!condition) {
    active.unwatchable.emplace_back(
        task, AttemptFailed{Cause::invalid_expression, condition.error().message, {}, {}});
    return;
  }
  const WatchId watch = ++last_watch_;
  active.watches.emplace(task, watch);
  watched_.emplace(watch, std::pair(active.live.record().id, task));
  parts_.watcher.watch(watch, *std::move(condition));
}

Result<OutsideCondition> Engine::condition_of(const ActiveRun& active, TaskIndex task) const {
  const RunPlace place = TRY(place_of(active));
  // With texts, as they are sent; what is recorded of a look has none of them.
  std::vector<std::string> masks;
  OutsideAnswers answers(place.facts, masks);
  const OutsideSource outside = answers.source();
  OutsideCondition condition = TRY(outside_condition(active.live, task, outside));
  condition.root = place.root;
  return condition;
}

void Engine::forget_watch(ActiveRun& active, Watches::iterator watch) {
  parts_.watcher.forget(watch->second);
  watched_.erase(watch->second);
  active.watches.erase(watch);
}

void Engine::forget_watches(ActiveRun& active) {
  while (!active.watches.empty()) forget_watch(active, active.watches.begin());
}

}  // namespace gt
