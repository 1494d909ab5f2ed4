#include "cli/firing_params.h"

#include "base/text.h"
#include "cli/trigger_params.h"
#include "expression/context.h"
#include "expression/value.h"

namespace gt {

Result<JsonObject> firing_params(const Pipeline& pipeline, const Trigger& trigger,
                                 const Firing& firing, const JsonObject& more) {
  const ValueContext context(ValueObject{
      {"run",
       ValueObject{{"logical_date", Value(format_time(firing.logical_date))},
                   {"interval", ValueObject{{"start", Value(format_time(firing.interval_start))},
                                            {"end", Value(format_time(firing.interval_end))}}}}}});
  return trigger_params(pipeline, trigger, context, more);
}

}  // namespace gt
