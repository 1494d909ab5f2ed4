/// The process that runs one attempt and outlives everybody else if need be.
///
/// It has a session of its own and no terminal, holds the lock of the attempt's folder, starts the
/// command, pumps its output into the log, and is the parent that all orphans of
/// the command's tree come to. The attempt ends when its main process ends: what is left of the
/// tree is asked to end (TERM), then killed, before the exit record is written.
///
/// Signals: SIGUSR1 asks to stop, SIGUSR2 to kill (attempt_folder.h); TERM, INT, HUP and QUIT,
/// which come from outside, end the attempt too, cause signal.
#pragma once

#include <string>

#include "process/spawn_request.h"

namespace gt {

/// Runs the attempt in the calling process, which is forked for it and has one thread, with
/// shim_signals() blocked. Reports to the engine by `events`. Returns when all is done.
void run_shim(const SpawnRequest& request, int events, const std::string& place);

/// Blocks the signals that a shim reads from a descriptor; a keeper does it before it forks, so
/// that a request to stop that comes early waits for the shim.
void block_shim_signals();

}  // namespace gt
