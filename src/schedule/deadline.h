/// When a run is late.
#pragma once

#include <optional>

#include "definition/pipeline.h"
#include "run/run.h"

namespace gt {

/// By the pipeline's `deadline`: so long after the run's logical date, or after it was recorded if
/// it is of a backfill, whose dates have passed. nullopt where the pipeline says none.
std::optional<Time> deadline_of(const Pipeline& pipeline, const RunRecord& run);

}  // namespace gt
