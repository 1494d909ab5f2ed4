/// Starts an attempt's command.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "process/spawn_request.h"

namespace gt {

/// Starts the command of a request in a process group of its own, with `output` as standard output
/// and error, standard input inherited, no other descriptor, and no signal blocked; it is killed
/// when the calling thread ends. Returns its process id once the program runs. Errors say what is
/// wrong with the command: not_found (program, interpreter, working directory), denied, invalid,
/// exhausted. The caller has one thread.
Result<pid_t> spawn_command(const SpawnRequest& request, int output);

}  // namespace gt
