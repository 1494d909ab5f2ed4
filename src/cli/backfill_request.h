/// What `backfill` is asked for, and which firings that means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/pipeline_choice.h"
#include "cli/records.h"
#include "run/backfill_store.h"

namespace gt {

struct BackfillRequest {
  std::optional<std::string> pipeline, trigger, from, to, rerun;
  std::vector<std::string> params;
  bool reverse = false;
};

void declare(Options& options, BackfillRequest& request);

struct PlannedBackfill {
  PipelineSource source;
  NewBackfill backfill;                   ///< without plan version and owner
  std::vector<BackfillFiring> firings;    ///< in the order in which they have runs
  std::optional<Time> left_to_trigger{};  ///< firings from here on are not in the past
};

/// nullopt when the pipeline file has errors, which are told. Errc::invalid for what cannot be
/// read, or a firing whose run the pipeline would not take; Errc::not_found for a pipeline or
/// trigger that is not there; Errc::exhausted for too many firings.
Result<std::optional<PlannedBackfill>> plan_backfill(Session& session, const Project& project,
                                                     const BackfillRequest& request);
/// The same of a pipeline that is read already; `params` stand for the written ones, and the names
/// of pipeline and person are left to the caller.
Result<PlannedBackfill> plan_firings(PipelineSource source, const BackfillRequest& request,
                                     JsonObject params, Time now);

/// Backfill and texts in one transaction.
Result<BackfillRecord> record_backfill(Records& records, PlannedBackfill& planned, Time now);

}  // namespace gt
