/// Who wants to see what a run does while the engine drives it: progress on a terminal, later the
/// server's event streams. Sees only what is committed.
#pragma once

#include "run/changes.h"
#include "schedule/live_run.h"

namespace gt {

/// Called by the engine's thread after each commit; must return soon.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// `run` is in the state after `changes`.
  virtual void committed(const LiveRun& run, const RunChanges& changes) = 0;
  /// It has not started: as many runs of its pipeline as may be active come first. Told once.
  virtual void queued(const LiveRun& run, const std::vector<RunRecord>& before) {
    (void)run, (void)before;
  }
  /// A task was refused slots of a pool (empty: GPUs) because of what is not in its run: others
  /// have them, or come first, or the pool is closed. Told each time that it asks.
  virtual void waits(const LiveRun& run, TaskIndex task, const std::string& pool) {
    (void)run, (void)task, (void)pool;
  }
};

}  // namespace gt
