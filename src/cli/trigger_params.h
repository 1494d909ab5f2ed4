/// The parameters of the runs of a trigger.
#pragma once

#include "base/json.h"
#include "definition/pipeline.h"
#include "expression/context.h"

namespace gt {

/// Those of `more`, those that the trigger names, evaluated, and the defaults of the others.
/// Errc::invalid if an expression fails, or the pipeline does not take what it gives.
Result<JsonObject> trigger_params(const Pipeline& pipeline, const Trigger& trigger,
                                  const Context& context, const JsonObject& more = {});

}  // namespace gt
