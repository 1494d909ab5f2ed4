/// From a ready task to what its cache key is made of, and to what an executor needs. Both evaluate
/// the step's expressions from the run's state alone, so they can be repeated after a crash.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cache/step_manifest.h"
#include "engine/step_facts.h"
#include "run/attempt.h"
#include "schedule/live_run.h"

namespace gt {

/// Why a task is never looked up, in words; empty for one that is cacheable.
std::string uncached_reason(const LiveRun& run, TaskIndex task);

/// The environment that counts for a step: its own, else that of the file that it stands in.
const std::optional<PythonEnvironment>& python_of(const Plan& plan, StepIndex step);

struct PreparedKey {
  StepManifest manifest;
  bool environment_pending = false;  ///< then the manifest is incomplete
};

/// `may_start_work`: an environment that is missing is made; otherwise Errc::unavailable says that
/// it would have to be. Errc::unavailable also where something is Unknown (in a forecast).
Result<PreparedKey> prepare_key(const LiveRun& run, TaskIndex task, StepFacts& facts,
                                bool may_start_work);

struct LaunchPlaces {
  std::string project_root;  ///< absolute
  std::string attempts;      ///< absolute; the attempt's folder is <attempts>/<outside name>
  /// Instead of the attempt's own, for one that is executed beside it and never recorded. The
  /// devices are not claimed for it.
  std::optional<std::string> outside_name = {};
  std::optional<std::vector<std::string>> gpus = {};
};

Result<Launch> prepare_launch(const LiveRun& run, const AttemptId& attempt, StepFacts& facts,
                              const LaunchPlaces& places);

}  // namespace gt
