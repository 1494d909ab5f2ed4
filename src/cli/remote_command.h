/// Carries out a command on a server instead of here.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"

namespace gt {

/// `name`: of the command that the words begin with. What it writes is written here as it comes;
/// Ctrl-C goes there, and the third one leaves it. The exit code is the command's. Errors: those of
/// the server; Errc::unavailable after the connection was lost, which does not end the command at
/// once.
Result<ExitCode> run_on_server(Session& session, const std::string& url, const std::string& name,
                               std::vector<std::string> words);

}  // namespace gt
