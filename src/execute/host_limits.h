/// What this machine, or the container that we run in, has to give.
#pragma once

#include <string>

#include "execute/executor.h"

namespace gt {

/// The CPUs that we may run on, less if the control group at `control_group` has a quota; the
/// memory of the machine, less if the group has a limit.
ExecutorLimits host_limits(const std::string& control_group = "/sys/fs/cgroup");

}  // namespace gt
