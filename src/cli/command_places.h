/// Where commands are carried out when they are pointed at a server.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/token_store.h"

namespace gt {

/// The scope that a command needs on a server; nullopt for one that is about this machine.
std::optional<AccessScope> scope_of_command(std::string_view name);
/// The same with its words: to show what is secret takes more.
std::optional<AccessScope> scope_of_command(std::string_view name,
                                            const std::vector<std::string>& words);

/// Errc::invalid for words that name files of the server's machine: who asks is on another one.
/// `command`: its name, which does not stand in the words any more. `root`: where they would be
/// looked for.
Result<void> check_remote_words(std::string_view command, const std::vector<std::string>& words,
                                const std::string& root);

/// Takes `--server URL` out of the words; the last one counts.
std::optional<std::string> take_server(std::vector<std::string>& words);

}  // namespace gt
