/// Turns an engine until its run has ended, and listens meanwhile to executors, other programs and
/// the person at the keyboard.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/progress.h"
#include "cli/run_watcher.h"
#include "cli/signal_watch.h"
#include "cli/wake.h"
#include "db/database.h"
#include "engine/engine.h"
#include "run/run_store.h"

namespace gt {

struct DriveParts {
  Engine& engine;
  Database& database;
  RunStore& runs;
  Clock& clock;
  Wake& wake;  ///< rung by executor and environment builders
  Bell& bell;  ///< rung by other programs, such as cancel
  SignalWatch& signals;
  Progress& progress;
  const RunWatcher& watcher;
  /// Whether environments have been made since the last call.
  std::function<bool()> took_environments;
  /// What the executor wants to be said, once.
  std::function<std::vector<std::string>()> take_notices;
};

/// Until the run has ended. Errors: conflict (another engine owns the run now), cancelled (a third
/// Ctrl-C: the run goes on without an engine), and what recording it could not get over for
/// `record_seconds_max`.
Result<void> drive(const DriveParts& parts, RunId run);

inline constexpr int record_seconds_max = 60;

}  // namespace gt
