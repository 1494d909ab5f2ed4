/// An attempt as it was recorded, made ready to be executed once more, without a record of that.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blob/blob_store.h"
#include "cli/host_facts.h"
#include "cli/records.h"
#include "engine/step_preparation.h"
#include "view/run_view.h"

namespace gt {

/// A run in memory as it is recorded: for looking, and for preparing keys and launches.
Result<LiveRun> recorded_live_run(Records& records, Transaction& transaction, const RunView& view);

/// The launch of a task's attempt with another place than it had. Errors: those of the step's
/// expressions and secrets; unavailable, with the reason, where what it needs was never made.
Result<Launch> recorded_launch(const LiveRun& live, const TaskRecord& task, std::uint32_t attempt,
                               StepFacts& facts, const LaunchPlaces& places);

/// The devices that an attempt was given, by their ids.
Result<std::vector<std::string>> recorded_gpus(Records& records, Transaction& transaction,
                                               const AttemptId& attempt);

/// Of all results in a run.
std::vector<Blob> artifacts_of(const LoadedRun& run);

}  // namespace gt
