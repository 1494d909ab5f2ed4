/// The parameters of the run that a firing begins.
#pragma once

#include "base/json.h"
#include "calendar/schedule.h"
#include "definition/pipeline.h"

namespace gt {

/// Those of `more`, those that the trigger names, evaluated, and the defaults of the others.
/// Errc::invalid if an
/// expression fails, or the pipeline does not take what it gives.
Result<JsonObject> firing_params(const Pipeline& pipeline, const Trigger& trigger,
                                 const Firing& firing, const JsonObject& more = {});

}  // namespace gt
