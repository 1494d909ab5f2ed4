#include "definition/check_step.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "definition/check_arguments.h"
#include "definition/check_references.h"
#include "definition/problems.h"

namespace gt {
namespace {

class StepChecker {
 public:
  StepChecker(const FileTypes& file, const StepScope& scope, const Step& step, Problems& problems)
      : file_(file), scope_(scope), step_(step), problems_(problems) {}

  StepTypes check() {
    check_growth();
    check_matrix();
    check_inputs();
    check_arguments();
    check_condition();
    check_variables();
    check_command();
    check_wait();
    return std::move(types_);
  }

 private:
  PlaceTypes at(Place place) const {
    PlaceTypes types(file_, place, &scope_, &step_);
    const bool is_inside = place == Place::command || place == Place::variable;
    if (is_inside) types.own_inputs = &types_.inputs;
    if (place != Place::matrix) types.own_axes = &types_.axes;
    if (place == Place::command) types.own_variables = &variables_;
    return types;
  }
  Type infer_checked(const Template& text, const PlaceTypes& types) {
    if (!check_references(text, types, problems_)) return {};
    return infer(text, types, problems_);
  }

  void check_growth();
  void check_matrix();
  Type type_of_axis(const MatrixAxis& axis);
  void check_inputs();
  void check_arguments();
  void check_condition();
  void check_variables();
  void check_command();
  void check_wait();
  void check_own_run();

  const FileTypes& file_;
  const StepScope& scope_;
  const Step& step_;
  Problems& problems_;
  StepTypes types_;
  TypeFields variables_;
};

/// The type of what is one of both.
Type common_type(const Type& left, const Type& right) {
  if (left == right) return left;
  const auto is_number = [](const Type& type) {
    return type.kind() == Type::Kind::integer || type.kind() == Type::Kind::number;
  };
  return is_number(left) && is_number(right) ? Type(Type::Kind::number) : Type();
}

bool can_be_copied(const Type& type) {
  if (type.kind() == Type::Kind::list) return can_be_copied(type.item());
  return type.kind() == Type::Kind::artifact || type.kind() == Type::Kind::any;
}

Type StepChecker::type_of_axis(const MatrixAxis& axis) {
  const PlaceTypes types = at(Place::matrix);
  if (!axis.is_listed) {
    const Type list = infer_checked(axis.values, types);
    if (!list.fits(Type::list_of(Type()))) {
      problems_.push_back(error_problem(
          axis.position, fmt::format("matrix axis `{}` is of type {}", axis.name, list.to_text()),
          "a list"));
    }
    return list.kind() == Type::Kind::list ? list.item() : Type();
  }
  std::optional<Type> common;
  for (const Template& value : axis.listed_values) {
    const Type type = infer_checked(value, types);
    common = common ? common_type(*common, type) : type;
  }
  return common.value_or(Type());
}

/// What the step itself says must make sense; a default may reach steps that it does not fit.
void StepChecker::check_growth() {
  const StepSettings& settings = *step_.settings;
  const Growth& growth = settings.retry.growth;
  const auto origin = std::ranges::find(settings.origins, "retry", &SettingOrigin::setting);
  if (growth.memory_factor <= 1 || origin == settings.origins.end() || origin->is_default) return;
  const std::int64_t declared = settings.resources.memory_bytes;
  if (declared == 0) {
    problems_.push_back(error_problem(origin->position, "`grow` has no memory to grow from",
                                      "`memory` below `resources`"));
  } else if (growth.memory_bytes_max > 0 && growth.memory_bytes_max < declared) {
    problems_.push_back(
        error_problem(origin->position,
                      fmt::format("`memory_max` of `grow` is {}, less than the step's memory",
                                  format_bytes(growth.memory_bytes_max)),
                      fmt::format("at least {}", format_bytes(declared))));
  }
}

void StepChecker::check_matrix() {
  const auto& matrix = step_.settings->matrix;
  if (!matrix) return;
  TypeFields axes;
  for (const MatrixAxis& axis : matrix->axes) {
    if (find_field(scope_.outer_axes, axis.name)) {
      problems_.push_back(error_problem(
          axis.position,
          fmt::format("matrix axis `{}` hides the axis of a group around it", axis.name),
          "another name"));
    }
    axes.emplace_back(axis.name, file_.damage.has(axis.position) ? Type() : type_of_axis(axis));
  }
  types_.axes = std::move(axes);
}

void StepChecker::check_inputs() {
  const PlaceTypes types = at(Place::input);
  types_.inputs.reserve(step_.inputs.size());
  for (const Input& input : step_.inputs) {
    const Type type = file_.damage.has(input.position) ? Type() : infer_checked(input.from, types);
    if (input.copy && !can_be_copied(type)) {
      problems_.push_back(
          error_problem(input.position,
                        fmt::format("input `{}` is of type {}: only artifacts can be copied",
                                    input.name, type.to_text()),
                        "an artifact, or no `copy`"));
    }
    types_.inputs.emplace_back(input.name, type);
  }
}

void StepChecker::check_arguments() {
  const PipelineCall* const call = step_.call();
  if (!call || !call->pipeline) return;
  const std::string name = printable(call->path);
  gt::check_arguments({.given = call->params,
                       .declared = call->pipeline->params,
                       .pipeline = name,
                       .position = call->position},
                      at(Place::argument), problems_);
}

void StepChecker::check_condition() {
  const auto& condition = step_.settings->condition;
  if (!condition) return;
  const Type type = infer_checked(*condition, at(Place::condition));
  if (type.fits(Type::Kind::boolean)) return;
  problems_.push_back(error_problem(step_.settings->condition_position,
                                    fmt::format("`if` is of type {}", type.to_text()),
                                    "a boolean, as in `params.month > 6`"));
}

void StepChecker::check_variables() {
  variables_ = check_variable_types(step_.settings->variables, at(Place::variable), problems_);
  for (const Variable& variable : step_.settings->variables.variables) {
    const Type* type = find_field(scope_.default_variables, variable.name);
    if (variable.is_default && type) variables_.emplace_back(variable.name, *type);
  }
}

void StepChecker::check_command() {
  const Command* command = step_.command();
  if (!command) return;
  const PlaceTypes types = at(Place::command);
  if (const auto* argv = std::get_if<Argv>(command)) {
    for (const Template& item : argv->items) {
      if (item.is_literal()) continue;
      if (check_references(item, types, problems_)) check_words(item, types, problems_);
    }
    return;
  }
  const auto& script = std::get<ShellScript>(*command);
  if (check_references(script.source(), types, problems_)) script.check_types(types, problems_);
}

bool fits_wait(const Type& type, WaitTextKind kind) {
  switch (kind) {
    case WaitTextKind::setting:
      return type.fits(Type::Kind::string);
    case WaitTextKind::request:
      return type.fits(Type::Kind::string) || type.kind() == Type::Kind::secret;
    case WaitTextKind::condition:
      return type.fits(Type::Kind::boolean);
    case WaitTextKind::message:
      return type.kind() != Type::Kind::artifact;
  }
  return false;
}

/// A run that waits for the one of its own date, or for the next one, waits for itself.
void StepChecker::check_own_run() {
  const Wait* const wait = step_.wait();
  const auto* run = wait ? std::get_if<WaitRun>(&wait->condition) : nullptr;
  if (!run || run->logical_date || run->since || !run->pipeline.is_literal()) return;
  if (run->pipeline.source() != file_.pipeline.name) return;
  problems_.push_back(error_problem(wait->position, "`wait` is for a run of the pipeline itself",
                                    "another pipeline, or `logical_date` or `since`"));
}

void StepChecker::check_wait() {
  check_own_run();
  for (const WaitText& wanted : texts_of_wait(step_)) {
    if (wanted.text->is_literal()) continue;
    const Type type = infer_checked(*wanted.text, at(place_of(wanted.kind)));
    if (fits_wait(type, wanted.kind)) continue;
    problems_.push_back(error_problem(
        step_.position, fmt::format("`{}` is of type {}", wanted.field, type.to_text()),
        wanted.kind == WaitTextKind::condition ? "a boolean, as in `response.status == 200`"
                                               : "a text"));
  }
}

}  // namespace

StepTypes check_step(const FileTypes& file, const StepScope& scope, const Step& step,
                     Problems& problems) {
  return StepChecker(file, scope, step, problems).check();
}

TypeFields check_group_outputs(const FileTypes& file, const StepScope& inner, const Step* step,
                               const std::vector<GroupOutput>& given, Problems& problems) {
  const PlaceTypes types(file, Place::group_output, &inner, step);
  TypeFields outputs;
  for (const GroupOutput& output : given) {
    const bool is_known =
        !file.damage.has(output.position) && check_references(output.from, types, problems);
    outputs.emplace_back(output.name, is_known ? infer(output.from, types, problems) : Type());
  }
  return outputs;
}

TypeFields check_variable_types(const VariableSettings& variables, const PlaceTypes& types,
                                Problems& problems) {
  TypeFields fields;
  for (const Variable& variable : variables.variables) {
    // Those of `defaults` are checked once, where they are written.
    if (variable.is_default && types.place() != Place::pipeline_variable) continue;
    Type type;
    if (check_references(variable.value, types, problems)) {
      type = infer(variable.value, types, problems);
    }
    const auto kind = type.kind();
    if (kind == Type::Kind::list || kind == Type::Kind::object || kind == Type::Kind::null) {
      problems.push_back(
          error_problem(variable.position,
                        fmt::format("variable `{}` is of type {}", variable.name, type.to_text()),
                        "text", "to_json(…) makes text of it"));
    }
    const bool is_secret = kind == Type::Kind::secret;
    fields.emplace_back(variable.name, is_secret ? type : Type(Type::Kind::string));
  }
  for (const std::string& name : variables.inherit) fields.emplace_back(name, Type::Kind::string);
  return fields;
}

}  // namespace gt
