#include "cli/pool_check.h"

#include <map>

#include "run/claim_store.h"

namespace gt {

Result<void> check_pools(Records& records, const Plan& plan, const Selection& selection) {
  std::map<std::string, std::pair<std::string, std::int64_t>> wanted;  // by pool: step and slots
  for (StepIndex step = 0; step < plan.steps().size(); ++step)
    for (const PoolSlots& slots : plan.step(step).settings->pools)
      if (auto& most = wanted[slots.pool];
          !selection.is_excluded(step) && slots.slots > most.second)
        most = {plan.path(step), slots.slots};
  if (wanted.empty()) return {};
  auto reader = TRY(records.database->begin_read());
  for (const auto& [name, most] : wanted) {
    const auto& [step, slots] = most;
    if (slots == 0) continue;
    const auto pool = TRY(ClaimStore().pool(reader, name));
    if (pool && (pool->slots == 0 || pool->slots >= slots)) continue;
    return Error{
        Errc::invalid,
        pool
            ? fmt::format("step {} wants {} slots of pool {}, which has {}", step, slots, name,
                          pool->slots)
            : fmt::format("step {} wants a slot of pool {}, and there is no such pool", step, name),
        fmt::format("`geartrain pools set {} {}` {} it", name, slots, pool ? "enlarges" : "makes")};
  }
  return {};
}

}  // namespace gt
