/// Backfills, as people and programs see them.
#pragma once

#include <optional>
#include <vector>

#include "base/json.h"
#include "run/backfill_store.h"
#include "run/run_store.h"

namespace gt {

struct ShownBackfillFiring {
  BackfillFiring firing;
  std::optional<RunRecord> run;  ///< none: it has none, or that has been collected
};

struct ShownBackfill {
  BackfillRecord backfill;
  BackfillCounts counts;
  std::vector<ShownBackfillFiring> firings;  ///< in the order in which they have runs
};

/// Errc::not_found.
Result<ShownBackfill> find_backfill(RunStore& runs, Transaction& reader, BackfillId id);

/// {name, pipeline, trigger, from, to, state, max_active, rerun, reverse, params, created_by,
/// created_at, ended_at, counts}
JsonObject backfill_summary_json(const BackfillRecord& backfill, const BackfillCounts& counts);
/// The same, and firings: [{at, logical_date, interval_start, interval_end, outcome, reason, run,
/// state}]
JsonObject backfill_json(const ShownBackfill& shown);

}  // namespace gt
