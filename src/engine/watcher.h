/// Looks for what tasks wait for outside: files, runs, answers of servers, rows of databases. A
/// seam: the twin for tests is engine/simulated_watcher.h.
#pragma once

#include <cstdint>
#include <vector>

#include "schedule/look.h"
#include "schedule/outside_condition.h"

namespace gt {

/// Given by the engine; each is used once.
using WatchId = std::uint64_t;

struct WatchEvent {
  WatchId watch = 0;
  Look look;
};

/// Owner: wiring; outlives the engine. Threads: the methods are called by the engine's thread and
/// return at once; when there are events, the wake function that the watcher was made with is
/// called from any thread. Nothing is kept on disk: what is watched follows from the recorded
/// tasks, so after a crash the next engine watches it again.
class Watcher {
 public:
  virtual ~Watcher() = default;
  /// Looks at once, and then again and again, until forget(). Whether what it finds is enough is
  /// for the engine to say; an event with FilesFound, RunFound, AssetFound or NeverFound is the
  /// last one.
  virtual void watch(WatchId watch, OutsideCondition condition) = 0;
  /// Events of it that were not polled yet may still come.
  virtual void forget(WatchId watch) = 0;
  /// What was found since the last call, each once, oldest first.
  virtual std::vector<WatchEvent> poll() = 0;
};

}  // namespace gt
