/// Makes runs of updates of assets. Each update is used once by a trigger, as the ends of runs are
/// (fire_event.h).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/fire_event.h"
#include "run/asset_store.h"

namespace gt {

/// What the run is to be that these updates fire, oldest first, without trigger, interval and
/// logical date; asked before anything is written. nullopt: the trigger's `if` does not want it; so
/// they are used up. An error is the reason why the firing has no run.
using RunOfAssets =
    std::function<Result<std::optional<NewRun>>(const std::vector<RecordedAssetUpdate>& updates)>;

struct FiredAssets {
  Fired fired;
  /// Nothing can fire before an update behind this one; nullopt: another look is worth it, as soon
  /// as the pipeline is resumed.
  std::optional<std::int64_t> looked_at;
};

/// Begins one run if the trigger's rule is met by the updates that it has not used yet: those since
/// it is watched by this rule, also of times at which nobody was there. They wait until the rule is
/// met, and are used together. Of a paused pipeline they wait on. `trigger.rule` is an AssetRule.
///
/// Logical date and interval are those of the newest of the updates. Errors: those of the database;
/// then nothing was decided.
Result<FiredAssets> fire_assets(const FireParts& parts, const EventTrigger& watched,
                                const RunOfAssets& run_of, const KeepPipeline& keep_pipeline,
                                Time now);

}  // namespace gt
