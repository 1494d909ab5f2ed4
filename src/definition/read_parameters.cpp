#include "definition/read_parameters.h"

#include <fmt/format.h>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/json_schema.h"
#include "definition/problems.h"

namespace gt {
namespace {

Parameter read_parameter(YamlEntry entry, Problems& problems) {
  Parameter parameter;
  parameter.position = entry.key.position();
  parameter.name = read_name(entry.key, "parameter", problems).value_or("");
  const std::string what = fmt::format("parameter `{}`", printable(entry.key.text()));
  if (!entry.value.is(YamlKind::mapping)) {
    problems.push_back(error_problem(
        entry.value.position(), fmt::format("{} is {}", what, describe(entry.value.kind())),
        "a mapping with JSON-Schema words, as in {type: integer, minimum: 1}",
        entry.value.is_scalar()
            ? fmt::format("write {{default: {}}}", printable(entry.value.text()))
            : ""));
    return parameter;
  }
  const std::size_t problems_before = problems.size();
  check_schema(entry.value, what, problems);
  if (problems.size() != problems_before) return parameter;
  auto schema = read_json(entry.value, problems);
  if (!schema) return parameter;
  parameter.schema = std::move(*schema->object());
  const Json* value = parameter.schema.find("default");
  if (!value) return parameter;
  for (const std::string& violation : violations(*value, parameter.schema)) {
    problems.push_back(error_problem(entry.value.find("default")->position(),
                                     fmt::format("{}: default {}", what, violation)));
  }
  parameter.default_value = *value;
  parameter.schema.erase("default");
  return parameter;
}

}  // namespace

std::vector<Parameter> read_parameters(YamlNode node, Problems& problems) {
  std::vector<Parameter> parameters;
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`params`", "a mapping of names to schemas", problems);
    return parameters;
  }
  if (!check_size(node, "`params`", problems)) return parameters;
  parameters.reserve(node.size());
  for (const YamlEntry entry : node.entries())
    parameters.push_back(read_parameter(entry, problems));
  return parameters;
}

}  // namespace gt
