/// Values that the project knows, for completion: runs, tasks, steps, parameters.
#pragma once

#include "cli/complete.h"
#include "cli/session.h"

namespace gt {

/// Reads only. What cannot be found out has no candidates.
Completion values_of(const Session& session, const WantedValue& wanted);

}  // namespace gt
