#include "cli/firing_params.h"

#include "base/text.h"
#include "definition/parameters.h"
#include "expression/context.h"
#include "expression/value.h"

namespace gt {

Result<JsonObject> firing_params(const Pipeline& pipeline, const Trigger& trigger,
                                 const Firing& firing) {
  const ValueContext context(ValueObject{
      {"run",
       ValueObject{{"logical_date", Value(format_time(firing.logical_date))},
                   {"interval", ValueObject{{"start", Value(format_time(firing.interval_start))},
                                            {"end", Value(format_time(firing.interval_end))}}}}}});
  JsonObject given;
  for (const Argument& argument : trigger.params) {
    const Value value = TRY(argument.value.evaluate(context).context("{}", argument.name));
    Json json = TRY(to_json(value).context("{}", argument.name));
    given.set(argument.name, std::move(json));
  }
  return bound_values(pipeline, given);
}

}  // namespace gt
