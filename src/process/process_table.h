/// The machine's processes as /proc shows them, to find the trees of attempts.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "base/result.h"

namespace gt {

struct ProcessEntry {
  pid_t id = 0;
  pid_t parent = 0;
  pid_t session = 0;
};

/// All that are visible and not dead (a zombie is dead).
Result<std::vector<ProcessEntry>> list_processes();

/// Those of `processes` that descend from `ancestor`, without itself.
std::vector<pid_t> descendants_of(pid_t ancestor, const std::vector<ProcessEntry>& processes);

/// Whether a process was started with NAME=value in its environment; false when we may not look.
bool has_in_environment(pid_t process, const std::string& assignment);

/// Ends with KILL every process, other than the caller, that was started with `assignment` in its
/// environment, that is in one session with such a process when the session's id is `session`, or
/// that descends from either; again until none is left. Errc::unavailable if some are left after
/// `seconds_max`.
Result<void> kill_marked_processes(const std::string& assignment, pid_t session, int seconds_max);

}  // namespace gt
