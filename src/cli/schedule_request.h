/// The schedules that a command is asked to look at: those of a pipeline file, or one that its
/// options describe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calendar/written_schedule.h"
#include "cli/session.h"
#include "definition/pipeline.h"

namespace gt {

struct ScheduleRequest {
  std::optional<std::string> file, trigger;
  std::optional<std::string> schedule, every, timezone, start, end, missing, duplicate, overlap;

  /// Of the command line, not of a pipeline file.
  bool is_own() const { return schedule || every; }
};

void declare(Options& options, ScheduleRequest& request);

struct NamedSchedule {
  std::string trigger;  ///< empty for one of the command line
  PlacedSchedule placed;
  Overlap overlap = Overlap::queue;
};

/// nullopt when the pipeline file has errors, which are told. Errc::invalid for options that do not
/// go together or cannot be read, Errc::not_found for a file or trigger that is not there.
Result<std::optional<std::vector<NamedSchedule>>> find_schedules(Session& session,
                                                                 const ScheduleRequest& request);

}  // namespace gt
