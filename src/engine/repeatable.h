/// Which runs may stand for later ones (cache/run_memo.h).
#pragma once

#include <vector>

#include "blob/blob_store.h"
#include "schedule/live_run.h"

namespace gt {

/// The results of a run that can be repeated.
struct KeptResults {
  std::uint32_t tasks = 0;
  std::vector<Blob> artifacts;
};

/// nullopt unless the run succeeded with a result for each of its tasks, and with another run of
/// the same text, parameters and facts all would come out alike: nothing was asked to be executed
/// anew, no result expires, no expression sees the run itself (its id, its date) or how a step
/// ended. That the results are in the cache, the engine knows (Engine::keeps_all_results()).
std::optional<KeptResults> repeatable_results(const LiveRun& run);

}  // namespace gt
