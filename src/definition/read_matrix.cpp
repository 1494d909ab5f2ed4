#include "definition/read_matrix.h"

#include <fmt/format.h>

#include "definition/fields.h"
#include "definition/limits.h"
#include "definition/problems.h"

namespace gt {
namespace {

bool read_values(YamlNode node, std::string_view what, MatrixAxis& axis, Problems& problems) {
  if (node.is(YamlKind::list)) {
    axis.is_listed = true;
    axis.listed_values.reserve(node.size());
    bool is_good = true;
    for (const YamlNode item : node.items()) {
      auto value = read_typed_template(item, fmt::format("a value of {}", what), problems);
      is_good &= value.has_value();
      axis.listed_values.push_back(value ? std::move(*value) : Template());
    }
    return is_good;
  }
  if (node.is(YamlKind::text)) {
    auto values = Template::parse(node.text(), node.origin(), problems);
    if (!values) return false;
    if (values->is_single_expression()) {
      axis.values = std::move(*values);
      return true;
    }
  }
  const bool is_setting = axis.name == "max_parallel" || axis.name == "fail_fast";
  problems.push_back(error_problem(
      node.position(), fmt::format("{} is {}", what, describe(node.kind())),
      "a list of values, or one expression that gives a list",
      is_setting ? fmt::format("`{}` stands beside `matrix`, not in it", axis.name) : ""));
  return false;
}

MatrixAxis read_axis(YamlEntry entry, Damage& damage, Problems& problems) {
  MatrixAxis axis;
  axis.position = entry.key.position();
  axis.name = read_name(entry.key, "matrix axis", problems).value_or("");
  const std::string what = fmt::format("matrix axis `{}`", entry.key.text());
  if (!read_values(entry.value, what, axis, problems) || axis.name.empty()) {
    damage.add(axis.position);
  }
  return axis;
}

}  // namespace

std::optional<Matrix> read_matrix(YamlNode step, Damage& damage, Problems& problems) {
  const auto node = step.find("matrix");
  const auto max_parallel = step.find("max_parallel");
  const auto fail_fast = step.find("fail_fast");
  if (!node) {
    for (const auto& [name, setting] :
         {std::pair("max_parallel", max_parallel), {"fail_fast", fail_fast}}) {
      if (!setting) continue;
      problems.push_back(error_problem(setting->position(),
                                       fmt::format("`{}` without `matrix`", name), "a `matrix`"));
    }
    return std::nullopt;
  }
  Matrix matrix;
  matrix.position = node->position();
  if (max_parallel) {
    const auto value = read_integer(*max_parallel, "`max_parallel`", 1,
                                    definition_limits::max_parallel_max, problems);
    if (value) matrix.max_parallel = static_cast<std::uint32_t>(*value);
  }
  if (fail_fast)
    matrix.fail_fast = read_boolean(*fail_fast, "`fail_fast`", problems).value_or(false);
  if (!node->is(YamlKind::mapping) || node->size() == 0) {
    if (!node->is_incomplete()) {
      problems.push_back(error_problem(node->position(),
                                       node->is(YamlKind::mapping)
                                           ? "`matrix` has no axis"
                                           : fmt::format("`matrix` is {}", describe(node->kind())),
                                       "a mapping of names to lists"));
    }
    damage.add(matrix.position);
    return matrix;
  }
  if (!check_size(*node, "`matrix`", problems)) return matrix;
  matrix.axes.reserve(node->size());
  for (const YamlEntry entry : node->entries())
    matrix.axes.push_back(read_axis(entry, damage, problems));
  return matrix;
}

}  // namespace gt
