#include "definition/read_condition.h"

#include <algorithm>
#include <fmt/format.h>

#include "definition/fields.h"
#include "definition/problems.h"
#include "expression/expression.h"

namespace gt {

std::optional<Template> read_condition(YamlNode node, Problems& problems, std::string_view key) {
  const std::string what = fmt::format("`{}`", key);
  if (!node.is(YamlKind::text)) {
    if (node.is(YamlKind::boolean)) return read_typed_template(node, what, problems);
    add_wrong_kind(node, what, "an expression", problems);
    return std::nullopt;
  }
  if (node.text().find("${{") == std::string_view::npos) {
    // Alone first: messages must not speak of braces that nobody wrote.
    if (!Expression::parse(node.text(), node.origin(), problems)) return std::nullopt;
    constexpr std::string_view opening = "${{ ";
    TextOrigin origin = node.origin();
    origin.start.column -= std::min<std::uint32_t>(opening.size(), origin.start.column - 1);
    return Template::parse(fmt::format("{}{} }}}}", opening, node.text()), origin, problems);
  }
  auto condition = Template::parse(node.text(), node.origin(), problems);
  if (condition && !condition->is_single_expression()) {
    problems.push_back(
        error_problem(node.position(), what + " has text around its expression",
                      fmt::format("one expression, as in `{}: params.month > 6`", key)));
    return std::nullopt;
  }
  return condition;
}

}  // namespace gt
