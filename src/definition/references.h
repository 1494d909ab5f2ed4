/// What the expressions of a step refer to, and so which steps must have ended before it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "definition/pipeline.h"

namespace gt {

/// Where an expression stands. It decides what can be seen from there:
///
/// | place                                     | params run | steps    | inputs      | matrix    |
/// |-------------------------------------------|------------|----------|-------------|-----------|
/// | input, argument, condition, wait, approve | yes        | siblings | the group's | own+outer |
/// | matrix                                    | yes        | siblings | the group's | outer     |
/// | command, variable                         | yes        | siblings | the step's  | own+outer |
/// | group_output                              | yes        | inner    | the group's | own+outer |
/// | pipeline_variable                         | yes        |          |             |           |
///
/// A command and a variable see `outputs`, a command also `env`; those two and a pipeline's
/// variable see what lies outside of the run: `secrets`, `connections` and `variables`. A wait sees
/// what a condition sees, its headers and body also `secrets`, its `when` also what was found.
///
/// `assets` are seen where `steps` are, and in commands. `params` of a trigger see
/// `run.logical_date` alone, those of a schedule also `run.interval`; those that an event fires see
/// `event`, in `if` too. Artifacts of other steps reach a command as inputs only: nowhere else do
/// they have a path. Steps below `finally` see the pipeline's steps beside their siblings, and
/// `run.state`. What receivers of notifications are sent (message) sees `event`, where it is sent
/// (address) also `secrets`; a credential is a secret.
enum class Place {
  input,
  argument,
  condition,
  wait,
  wait_request,    ///< `headers` and `body` of `http`
  wait_condition,  ///< `when`: sees `response` of `http`, or `row` of `sql`
  approve,
  matrix,
  command,
  variable,
  group_output,
  pipeline_variable,
  trigger,
  run_end_trigger,
  webhook_trigger,
  file_trigger,
  asset_trigger,
  message,
  address,
  credential
};

using ReferenceVisitor = std::function<void(Place, const Reference&)>;

/// Where an expression of a step that waits stands.
Place place_of(WaitTextKind kind);

/// All references of the step itself; of a group step not those of the group's outputs and steps,
/// which cannot see what is outside.
void for_each_reference(const Step& step, const ReferenceVisitor& visit);

/// The name behind `steps.`; empty if the reference is to something else.
std::string_view step_referred_to(const Reference& reference);

/// Names in `needs`, `teardown` and behind `steps.`, each once. Of a step below `finally` they may
/// be the pipeline's steps, too. What a teardown waits for beyond them is told by
/// definition/teardowns.h.
std::vector<std::string> upstream_names(const Step& step);

}  // namespace gt
