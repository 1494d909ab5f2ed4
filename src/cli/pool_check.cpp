#include "cli/pool_check.h"

#include "run/claim_store.h"

namespace gt {

void WantedSlots::add(const std::string& other, std::int64_t wanted) {
  if (wanted > slots) *this = {other, wanted};
}

Result<void> check_pool(const std::string& name, const WantedSlots& wanted,
                        const std::optional<Pool>& there) {
  if (wanted.slots == 0) return {};
  // A closed one may be opened while the step waits.
  if (there && (there->slots == 0 || there->slots >= wanted.slots)) return {};
  return Error{Errc::invalid,
               there ? fmt::format("step {} wants {} slots of pool {}, which has {}", wanted.step,
                                   wanted.slots, name, there->slots)
                     : fmt::format("step {} wants a slot of pool {}, and there is no such pool",
                                   wanted.step, name),
               fmt::format("`geartrain pools set {} {}` {} it", name, wanted.slots,
                           there ? "enlarges" : "makes")};
}

Result<void> check_pools(Records& records, const Plan& plan, const Selection& selection) {
  WantedPools pools;
  for (StepIndex step = 0; step < plan.steps().size(); ++step)
    if (!selection.is_excluded(step))
      for (const PoolSlots& wanted : plan.step(step).settings->pools)
        pools[wanted.pool].add(plan.path(step), wanted.slots);
  if (pools.empty()) return {};
  auto reader = TRY(records.database->begin_read());
  for (const auto& [name, wanted] : pools) {
    const auto there = TRY(ClaimStore().pool(reader, name));
    TRY(check_pool(name, wanted, there));
  }
  return {};
}

}  // namespace gt
