#include "schedule/deadline.h"

namespace gt {

std::optional<Time> deadline_of(const Pipeline& pipeline, const RunRecord& run) {
  if (!pipeline.deadline) return std::nullopt;
  return (run.backfill ? run.created_at : run.logical_date) + *pipeline.deadline;
}

}  // namespace gt
