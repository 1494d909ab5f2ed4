#include "cli/commands.h"

#include <algorithm>

namespace gt {

namespace {

const Command* const commands[] = {&init_command, &check_command,  &runs_command,
                                   &show_command, &logs_command,   &why_command,
                                   &get_command,  &schema_command, &version_command};

}  // namespace

std::span<const Command* const> all_commands() { return commands; }

const Command* find_command(std::string_view name) {
  const auto found = std::ranges::find_if(
      commands, [&](const Command* command) { return command->text.name == name; });
  return found == std::end(commands) ? nullptr : *found;
}

}  // namespace gt
