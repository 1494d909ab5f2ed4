/// What triggers have fired, as people and programs see it.
#pragma once

#include <optional>
#include <vector>

#include "base/json.h"
#include "run/firing_store.h"
#include "run/run_store.h"

namespace gt {

struct ShownFiring {
  RecordedFiring firing;
  std::optional<RunRecord> run;  ///< none: it had none, or that has been collected
};

/// Newest first.
Result<std::vector<ShownFiring>> find_firings(RunStore& runs, Transaction& reader,
                                              const FiringFilter& filter);

/// [{pipeline, trigger, at, outcome, reason, cause, run, state, recorded_at}]
JsonList firings_json(const std::vector<ShownFiring>& firings);

}  // namespace gt
