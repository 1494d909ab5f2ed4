#include "definition/read_arguments.h"

#include <fmt/format.h>

#include "base/text.h"
#include "definition/fields.h"

namespace gt {

std::vector<Argument> read_arguments(YamlNode node, Damage& damage, Problems& problems) {
  std::vector<Argument> arguments;
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`params`", "a mapping of names to values", problems);
    return arguments;
  }
  if (!check_size(node, "`params`", problems)) return arguments;
  arguments.reserve(node.size());
  for (const YamlEntry entry : node.entries()) {
    Argument argument;
    argument.position = entry.key.position();
    argument.name = read_name(entry.key, "parameter", problems).value_or("");
    const std::string what = fmt::format("parameter `{}`", printable(entry.key.text()));
    if (auto value = read_typed_template(entry.value, what, problems))
      argument.value = std::move(*value);
    else
      damage.add(argument.position);
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

}  // namespace gt
