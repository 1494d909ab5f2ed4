/// Whether the pools that a run wants are there.
#pragma once

#include <map>
#include <string>

#include "cli/records.h"
#include "plan/plan.h"
#include "plan/selection.h"
#include "run/claim.h"

namespace gt {

/// By the pool: the step that wants the most slots of it, and how many.
struct WantedSlots {
  std::string step;
  std::int64_t slots = 0;

  void add(const std::string& other, std::int64_t wanted);
};
using WantedPools = std::map<std::string, WantedSlots>;

/// A pool that is not there is most likely a slip of the pen, and one that is too small would fail
/// the step later. Errc::invalid, with the command that heals it. `there` is what a home has of
/// that name; nullopt: nothing.
Result<void> check_pool(const std::string& name, const WantedSlots& wanted,
                        const std::optional<Pool>& there);

/// Of all that a run wants; before anything is started.
Result<void> check_pools(Records& records, const Plan& plan, const Selection& selection);

}  // namespace gt
