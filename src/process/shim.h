/// The process that runs attempts, one at a time, and outlives everybody else if need be.
///
/// It has a session of its own and no terminal, holds the lock of the attempt's folder, starts the
/// command, pumps its output into the log, and is the parent that all orphans of the command's tree
/// come to. The attempt ends when its main process ends: what is left of the tree is asked to end
/// (TERM), then killed, before the exit record is written. Then the shim is ready for another
/// attempt: a process is not made for each. It ends when the keeper is gone, and when something is
/// left of an attempt that could not be killed.
///
/// Its keeper asks it to stop by messages, others by SIGUSR1 or SIGUSR2 (attempt_folder.h). TERM,
/// INT, HUP and QUIT, which come from outside, end the attempt too, cause signal.
#pragma once

#include <string>

#include "base/file.h"

namespace gt {

/// Serves in the calling process, which is forked for it and has one thread, with
/// block_shim_signals() in force. `keeper` brings start and stop and takes `ready`; events of
/// attempts go to the engine by `events`. Returns when all is done.
void serve_as_shim(UniqueFd keeper, int events, const std::string& place);

/// Blocks the signals that a shim reads from a descriptor; a keeper does it before it forks, so
/// that a request to stop that comes early waits for the shim.
void block_shim_signals();

}  // namespace gt
