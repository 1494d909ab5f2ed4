#include "cli/trigger_params.h"

#include "definition/parameters.h"
#include "expression/value.h"

namespace gt {

Result<JsonObject> trigger_params(const Pipeline& pipeline, const Trigger& trigger,
                                  const Context& context, const JsonObject& more) {
  JsonObject given;
  for (const Argument& argument : trigger.params) {
    const Value value = TRY(argument.value.evaluate(context).context("{}", argument.name));
    Json json = TRY(to_json(value).context("{}", argument.name));
    given.set(argument.name, std::move(json));
  }
  for (const auto& [name, value] : more) given.set(name, value);
  return bound_values(pipeline, given);
}

}  // namespace gt
