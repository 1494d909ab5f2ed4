/// What the machine itself contributes to a step: facts for steps without an environment of their
/// own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "source/source.h"

namespace gt {

/// The file that a command's first word starts, as execvp(3) finds it: through `path_variable`, or
/// from `directory` if it contains a slash. Absolute, links not resolved; nullopt if nothing
/// executable is there.
std::optional<std::string> resolve_program(std::string_view name, std::string_view path_variable,
                                           const std::string& directory);

/// "x86_64", "aarch64": as uname -m.
std::string architecture();
/// "debian 12": ID and VERSION_ID of os-release(5); what uname says where there is none.
std::string os_release();

/// "architecture x86_64", "os debian 12", "program /usr/bin/env <digest>": a line each, for a step
/// that runs `program` (argv[0]) on the host as it is. A program that is not there gives "program
/// NAME absent". Errors: denied (it cannot be read).
Result<std::vector<std::string>> host_facts(Source& source, std::string_view program,
                                            std::string_view path_variable);

}  // namespace gt
