/// Makes runs of files that have come or changed. Each is decided once, as the firings of schedules
/// are (fire_trigger.h).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/fire_event.h"
#include "run/heard_files.h"

namespace gt {

struct ArrivedFile {
  std::string path;  ///< as the trigger's glob has it
  std::string name;  ///< without folders
  std::int64_t bytes = 0;
  Time modified_at{};
  /// Unlike that of the file as it was before.
  std::string stamp;
  /// It has not changed for as long as the trigger says.
  bool is_stable = false;
};

/// As RunOfRunEnd.
using RunOfFile = std::function<Result<std::optional<NewRun>>(const ArrivedFile& file)>;

/// Decides those of `there` that are stable, and new to the trigger or other ones than it has heard
/// of, in the order given. What is there already when a trigger is first watched by this rule
/// counts as heard, unless it is still being written. `trigger.rule` is a FileRule.
///
/// `there` are all files that the glob selects now: one that goes and comes again fires again.
/// Errors: those of the database; then nothing was decided.
Result<Fired> fire_files(const FireParts& parts, const EventTrigger& watched,
                         const std::vector<ArrivedFile>& there, const RunOfFile& run_of,
                         const KeepPipeline& keep_pipeline, Time now);

}  // namespace gt
