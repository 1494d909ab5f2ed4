/// Searches for tracking runs: a filter, an order, and pages.
///
/// A search whose filter leaves few runs is answered from these; another one goes along the index
/// of what comes first in the order, and ends when the page is full. Then runs with a value, runs
/// with NaN and runs without any are stretches that follow each other, in either direction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "db/transaction.h"
#include "tracking/experiment_store.h"
#include "tracking/page.h"

namespace gt {

struct RunSearch {
  std::vector<std::int64_t> experiments;
  std::string filter = {};
  std::vector<std::string> order_by = {};
  LifecycleView view = LifecycleView::active;
  PageRequest page = {};
};

/// Gives the ids of the runs, in their order: what order_by says, with those that have no value
/// behind the others and NaN before them; then the newest first, then by uuid. Errors: those of the
/// database; invalid.
Result<Page<std::int64_t>> search_runs(Transaction& transaction, const RunSearch& wanted);

}  // namespace gt
