/// What expressions of one task see: `params`, `inputs`, `outputs`, `steps`, `matrix`, `run`,
/// `assets`, `env`, `secrets`, `connections` and `variables`, looked up in the run as they are
/// asked for.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "expression/context.h"
#include "schedule/live_run.h"

namespace gt {

/// Which fields of a step are being evaluated.
enum class Viewpoint : std::uint8_t {
  settings,       ///< `inputs`, `if`, `matrix`: `inputs.x` is the enclosing group's
  variables,      ///< `env`: as command, but without `env`
  command,        ///< `run`: `inputs.x` and `outputs.x` are the step's own, with their places
  group_outputs,  ///< `outputs` of a group: `steps` are its inner ones, `inputs` its own; with
                  ///< no_task those of the run
};

/// Where a step finds its inputs and puts its outputs. In a manifest the places are made of digests
/// and names instead of folders, so that equal work gives equal text.
struct Places {
  std::vector<std::pair<std::string, Value>> inputs;         ///< with artifacts' paths set
  std::vector<std::pair<std::string, std::string>> outputs;  ///< name and path
  std::vector<std::pair<std::string, Value>> variables;      ///< `env.NAME`
};

/// What lies outside of the run, by name; not_found when nobody set it.
struct OutsideSource {
  std::function<Result<Secret>(std::string_view name)> secret;
  /// An object of its parts, as connection_value() makes it.
  std::function<Result<Value>(std::string_view name)> connection;
  std::function<Result<Value>(std::string_view name)> variable;
};

/// Refers to what it is made from; short-lived. Threads: the engine's.
class TaskContext final : public Context {
 public:
  TaskContext(const LiveRun& run, TaskIndex task, Viewpoint viewpoint,
              const Places* places = nullptr, const OutsideSource* outside = nullptr)
      : run_(run), task_(task), viewpoint_(viewpoint), places_(places), outside_(outside) {}

  Result<Found> find(NamePath path) const override;
  std::vector<std::string> names(NamePath scope) const override;
  Result<Value> status(StatusFunction function) const override;

 private:
  TaskIndex caller() const;
  Result<Found> find_parameter(std::string_view name) const;
  Result<Found> find_input(std::string_view name) const;
  Result<Found> find_in_step(StepIndex step, NamePath rest) const;
  Result<Found> find_matrix(std::string_view axis) const;
  Result<Found> find_run(NamePath path) const;
  Result<Found> find_asset(std::string_view name) const;
  Result<Found> find_outside(std::string_view root, std::string_view name) const;
  StepIndex find_step(std::string_view name) const;
  TaskIndex task_of(StepIndex step) const;
  Value output_of(TaskIndex task, std::size_t output) const;
  bool sees_own_inputs() const {
    return viewpoint_ == Viewpoint::command || viewpoint_ == Viewpoint::variables;
  }
  ScopeIndex visible_scope() const;

  const LiveRun& run_;
  TaskIndex task_;
  Viewpoint viewpoint_;
  const Places* places_;
  const OutsideSource* outside_;
};

/// The items whose axes the task sees as `matrix`, the innermost first: a called pipeline does not
/// see those around its call.
std::vector<TaskIndex> visible_items(const LiveRun& run, TaskIndex task);

/// Of an expression that could not be evaluated: `field` is where it stands.
AttemptFailed failure_of_expression(const Error& error, std::string_view field);

/// What the run as a whole gives, by the `outputs` of its file: name and value, in their order.
Result<std::vector<std::pair<std::string, Value>>> outputs_of_run(const LiveRun& run);

/// The names of what a step or group gives, in the order of its outputs.
std::vector<std::string> output_names(const Step& step);

}  // namespace gt
