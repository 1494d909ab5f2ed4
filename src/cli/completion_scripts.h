/// What a shell has to be told so that it asks us for completions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gt {

/// For `bash`, `zsh` or `fish`; nullopt for any other shell. All three ask `geartrain completion
/// words -- WORD…` and take a line for each candidate, its description behind a tab; a line
/// `:files`, `:folders` or `:goes-on` is a Completion's.
std::optional<std::string_view> completion_script(std::string_view shell);

}  // namespace gt
