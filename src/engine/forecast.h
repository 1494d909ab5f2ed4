/// What a run would do, without doing it: for `geartrain plan`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cache/cache.h"
#include "engine/step_facts.h"
#include "schedule/live_run.h"

namespace gt {

enum class ForecastVerdict : std::uint8_t {
  run,      ///< would be executed
  hit,      ///< would be taken from the cache
  skip,     ///< would be skipped
  unknown,  ///< depends on something that is not known before the run
};

struct ForecastTask {
  std::string path;  ///< "candidates[2].train"
  StepIndex step = no_step;
  TaskKind kind = TaskKind::step;
  ForecastVerdict verdict = ForecastVerdict::unknown;
  std::string reason;  ///< "file src/train.py changed", "output auc of train is not known yet"
};

struct Forecast {
  std::vector<ForecastTask> tasks;  ///< in order of the pipeline; containers before their children
  /// Whether anything would be executed, surely or maybe.
  bool has_changes = false;
};

/// Reads the cache and the source files; changes nothing and starts nothing.
Result<Forecast> forecast(std::shared_ptr<const Plan> plan, Selection selection,
                          const RunRecord& run, StepFacts& facts, Cache& cache, Transaction& reader,
                          Clock& clock);

const char* to_text(ForecastVerdict verdict);

}  // namespace gt
