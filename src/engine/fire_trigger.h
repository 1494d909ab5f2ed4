/// Makes runs of what is due: each firing is decided once, whatever crashes, however the clock is
/// set, and however many servers watch the same trigger of a home.
///
/// What has been decided stands in the database with the runs, in one transaction: a server reads
/// it anew each time, and what another one has decided meanwhile it leaves alone.
#pragma once

#include <functional>
#include <string>

#include "engine/firing_decision.h"
#include "schedule/due_firings.h"

namespace gt {

struct WatchedTrigger {
  std::string pipeline;
  const Trigger& trigger;
  const Schedule& schedule;
};

/// What the run of a firing is to be, without trigger, interval and logical date; asked before
/// anything is written. An error is the reason why the firing has no run.
using RunOfFiring = std::function<Result<NewRun>(const Firing& firing)>;
/// What tells one schedule from another one that the same trigger had: as long as it stays equal,
/// firings that were missed may be caught up with.
std::string schedule_text(const WrittenSchedule& schedule);

/// `trigger.rule` is a schedule. Errors: those of the database; then nothing was decided.
Result<Fired> fire_trigger(const FireParts& parts, const WatchedTrigger& watched,
                           const RunOfFiring& run_of, const KeepPipeline& keep_pipeline, Time now);

}  // namespace gt
