/// All commands, each in `<name>_command.cpp`.
#pragma once

#include <span>

#include "cli/session.h"

namespace gt {

extern const Command check_command;
extern const Command get_command;
extern const Command init_command;
extern const Command logs_command;
extern const Command runs_command;
extern const Command schema_command;
extern const Command show_command;
extern const Command version_command;
extern const Command why_command;

/// In the order in which help lists them.
std::span<const Command* const> all_commands();

/// nullptr when there is none.
const Command* find_command(std::string_view name);

}  // namespace gt
