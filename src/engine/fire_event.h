/// Makes runs of events: what a schedule does not name. Each is decided once, as the firings of
/// schedules are (fire_trigger.h).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/firing_decision.h"
#include "run/heard_events.h"
#include "run/run_end_store.h"

namespace gt {

struct EventTrigger {
  std::string pipeline;
  const Trigger& trigger;
};

/// What the run is to be that the end of another one fires, without trigger, interval and logical
/// date, which are those of the other run; asked before anything is written. nullopt: the trigger's
/// `if` does not want it. An error is the reason why the firing has no run.
using RunOfRunEnd = std::function<Result<std::optional<NewRun>>(const RunRecord& ended)>;

struct FiredRunEnds {
  Fired fired;
  std::int64_t heard = 0;  ///< where to go on
};

/// Decides the ends behind `heard` that the trigger has not heard of: those since it is watched by
/// this rule, also of times at which nobody was there. `trigger.rule` is a RunEndRule.
///
/// `heard` is what an earlier call gave, 0 at first. Errors: those of the database; then nothing
/// was decided.
Result<FiredRunEnds> fire_run_ends(const FireParts& parts, const EventTrigger& watched,
                                   std::int64_t heard, const RunOfRunEnd& run_of,
                                   const KeepPipeline& keep_pipeline, Time now);

/// An event that somebody tells of.
struct ToldEvent {
  std::string name;  ///< equal if it is told again
  JsonObject cause;  ///< for the record
  Result<NewRun> run;
};

struct FiredEvent {
  Fired fired;
  bool is_known = false;  ///< the trigger has heard of it before; nothing was done
};

/// The run's logical date is `now`. Errors as above.
Result<FiredEvent> fire_event(const FireParts& parts, const EventTrigger& watched, ToldEvent event,
                              const KeepPipeline& keep_pipeline, Time now);

}  // namespace gt
