/// What the process of an attempt on the host is made of.
#pragma once

#include <span>
#include <string>

#include "execute/host_environment.h"
#include "process/spawn_request.h"

namespace gt {

/// For the attempt's folder `folder`. What its owner decides (grace, size of the log) is left as it
/// is by default.
SpawnRequest host_request(const Launch& launch, const std::string& folder,
                          std::span<const std::string> caller, const Variables& python);

}  // namespace gt
