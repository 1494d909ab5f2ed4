/// Whether the pools that a run wants are there.
#pragma once

#include "cli/records.h"
#include "plan/plan.h"
#include "plan/selection.h"

namespace gt {

/// Before anything is started: a pool that is not there is most likely a slip of the pen, and one
/// that is too small would fail the step later. Errc::invalid, with the command that heals it.
Result<void> check_pools(Records& records, const Plan& plan, const Selection& selection);

}  // namespace gt
