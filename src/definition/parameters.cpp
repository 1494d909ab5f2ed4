#include "definition/parameters.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/json_schema.h"
#include "definition/problems.h"
#include "definition/yaml/tree.h"

namespace gt {
namespace {

/// Who declares them, and what they are called: parameters of a pipeline, or fields.
struct Declared {
  const std::vector<Parameter>& all;
  const char* one;  ///< "parameter"
  std::string owner;

  const Parameter* find(std::string_view name) const {
    const auto found = std::ranges::find(all, name, &Parameter::name);
    return found == all.end() ? nullptr : &*found;
  }
};

Declared parameters_of(const Pipeline& pipeline) {
  return {pipeline.params, "parameter", "pipeline " + pipeline.name};
}

Declared fields_of(const std::vector<Parameter>& fields) {
  return {fields, "field", "the approval"};
}

std::string hint_for_unknown(const Declared& declared, std::string_view name) {
  std::vector<std::string> names;
  for (const Parameter& parameter : declared.all) names.push_back(parameter.name);
  if (names.empty()) return fmt::format("{} has no {}s", declared.owner, declared.one);
  if (const auto near = nearest(name, names)) return fmt::format("did you mean {}?", *near);
  return fmt::format("the {}s are {}", declared.one, fmt::join(names, ", "));
}

bool allows_type(const JsonObject& schema, std::string_view wanted) {
  const Json* type = schema.find("type");
  if (!type) return true;
  if (type->string()) return *type->string() == wanted;
  return std::ranges::any_of(*type->list(),
                             [&](const Json& word) { return *word.string() == wanted; });
}

bool is_only_string(const JsonObject& schema) {
  const Json* type = schema.find("type");
  return type && type->string() && *type->string() == "string";
}

BoundParameters bind(const Declared& declared, const JsonObject& given) {
  BoundParameters bound;
  for (const auto& [name, value] : given) {
    if (declared.find(name)) continue;
    bound.problems.push_back(
        error_problem({}, fmt::format("unknown {} {}", declared.one, printable(name)), "",
                      hint_for_unknown(declared, name)));
  }
  for (const Parameter& parameter : declared.all) {
    const Json* value = given.find(parameter.name);
    if (!value) {
      if (parameter.default_value) {
        bound.values.set(parameter.name, *parameter.default_value);
      } else {
        bound.problems.push_back(error_problem(
            parameter.position,
            fmt::format("{} {} is not given and has no default", declared.one, parameter.name), "",
            fmt::format("give it by -p {}=…", parameter.name)));
      }
      continue;
    }
    for (const std::string& violation : violations(*value, parameter.schema)) {
      bound.problems.push_back(error_problem(
          parameter.position, fmt::format("{} {}: {}", declared.one, parameter.name, violation)));
    }
    bound.values.set(parameter.name, *value);
  }
  return bound;
}

Result<JsonObject> values_of(BoundParameters bound) {
  for (const Problem& problem : bound.problems)
    if (problem.severity == Severity::error)
      return Error{Errc::invalid, problem.message, problem.hint};
  return std::move(bound.values);
}

Result<JsonObject::Member> parse(const Declared& declared, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Error{Errc::invalid, fmt::format("{} is no name=value", printable(assignment)),
                 "write -p month=7"};
  }
  const std::string name(assignment.substr(0, equals));
  const std::string_view text = assignment.substr(equals + 1);
  if (!is_utf8(assignment)) {
    return error(Errc::invalid, "{} {}: the value is not UTF-8", declared.one, printable(name));
  }
  const Parameter* parameter = declared.find(name);
  if (!parameter) {
    return Error{Errc::invalid, fmt::format("unknown {} {}", declared.one, printable(name)),
                 hint_for_unknown(declared, name)};
  }
  if (is_only_string(parameter->schema)) return JsonObject::Member{name, Json(text)};
  auto json = parse_json(text);
  const bool can_be_string = allows_type(parameter->schema, "string");
  if (json) {
    // `-p x=5` for a parameter that may be a number or a text is the number; what fits only as a
    // text is one.
    if (!can_be_string || violations(*json, parameter->schema).empty()) {
      return JsonObject::Member{name, *std::move(json)};
    }
    return JsonObject::Member{name, Json(text)};
  }
  if (can_be_string) return JsonObject::Member{name, Json(text)};
  const Json* type = parameter->schema.find("type");
  return Error{Errc::invalid,
               fmt::format("{} {}: {} cannot be read as {}", declared.one, name, printable(text),
                           type->string() ? *type->string() : compact_json(*type)),
               "values are JSON: 7, 0.5, true, [1, 2], {\"a\": 1}"};
}

}  // namespace

BoundParameters bind_parameters(const Pipeline& pipeline, const JsonObject& given) {
  return bind(parameters_of(pipeline), given);
}

Result<JsonObject> bound_values(const Pipeline& pipeline, const JsonObject& given) {
  return values_of(bind_parameters(pipeline, given));
}

Result<JsonObject> bound_fields(const std::vector<Parameter>& fields, const JsonObject& given) {
  return values_of(bind(fields_of(fields), given));
}

Result<JsonObject::Member> parse_parameter(const Pipeline& pipeline, std::string_view assignment) {
  return parse(parameters_of(pipeline), assignment);
}

Result<JsonObject::Member> parse_field(const std::vector<Parameter>& fields,
                                       std::string_view assignment) {
  return parse(fields_of(fields), assignment);
}

ParameterFile read_parameter_file(std::string_view text) {
  ParameterFile file;
  const YamlTree tree = parse_yaml(text, file.problems);
  const auto root = tree.root();
  if (!root || tree.is_truncated()) return file;
  if (!root->is(YamlKind::mapping)) {
    add_wrong_kind(*root, "the parameter file", "a mapping of names to values", file.problems);
    return file;
  }
  auto values = read_json(*root, file.problems);
  if (values) file.values = std::move(*values->object());
  return file;
}

}  // namespace gt
