#include "cli/commands.h"

#include <algorithm>

namespace gt {

namespace {

const CliCommand* const commands[] = {
    &init_command,       &check_command,    &graph_command,    &plan_command,
    &run_command,        &attach_command,   &step_run_command, &retry_command,
    &cancel_command,     &runs_command,     &show_command,     &logs_command,
    &why_command,        &debug_command,    &diff_command,     &metrics_command,
    &get_command,        &env_list_command, &env_show_command, &env_update_command,
    &env_prune_command,  &gc_command,       &verify_command,   &schema_command,
    &completion_command, &version_command};

}  // namespace

std::span<const CliCommand* const> all_commands() { return commands; }

const CliCommand* find_command(std::string_view name) {
  const auto found = std::ranges::find_if(
      commands, [&](const CliCommand* command) { return command->text.name == name; });
  return found == std::end(commands) ? nullptr : *found;
}

std::vector<const CliCommand*> command_family(std::string_view word) {
  std::vector<const CliCommand*> family;
  for (const CliCommand* command : commands) {
    const std::string_view name = command->text.name;
    if (name.size() > word.size() && name.starts_with(word) && name[word.size()] == ' ')
      family.push_back(command);
  }
  return family;
}

}  // namespace gt
