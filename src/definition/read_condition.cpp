#include "definition/read_condition.h"

#include <algorithm>
#include <fmt/format.h>

#include "definition/fields.h"
#include "definition/problems.h"
#include "expression/expression.h"

namespace gt {

std::optional<Template> read_condition(YamlNode node, Problems& problems) {
  if (!node.is(YamlKind::text)) {
    if (node.is(YamlKind::boolean)) return read_typed_template(node, "`if`", problems);
    add_wrong_kind(node, "`if`", "an expression", problems);
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
    problems.push_back(error_problem(node.position(), "`if` has text around its expression",
                                     "one expression, as in `if: params.month > 6`"));
    return std::nullopt;
  }
  return condition;
}

}  // namespace gt
