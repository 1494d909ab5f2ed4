/// What of this machine steps may use: what it has, or what settings say instead.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"
#include "execute/executor.h"

namespace gt {

ExecutorLimits slots_of(const Settings& settings);
/// Ids, see host_gpus().
std::vector<std::string> gpus_of(const Session& session);

}  // namespace gt
