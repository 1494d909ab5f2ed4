#include "schedule/claim_rules.h"

#include <algorithm>
#include <tuple>

namespace gt {

namespace {

auto rank(const ClaimWait& wait) {
  return std::make_tuple(-wait.priority.run, -wait.priority.step, wait.since, wait.task);
}

void take(const ClaimWait& claim, const std::vector<std::string>& devices,
          std::map<std::string, std::int64_t>& taken, std::set<std::string>& gpus) {
  for (const PoolSlots& wanted : claim.claim.pools) taken[wanted.pool] += wanted.slots;
  gpus.insert(devices.begin(), devices.end());
}

}  // namespace

ClaimBook::ClaimBook(ClaimLedger ledger) : ledger_(std::move(ledger)) {}

const Pool* ClaimBook::find(const std::string& name) const {
  const auto found = std::ranges::find(ledger_.pools, name, &Pool::name);
  return found == ledger_.pools.end() ? nullptr : &*found;
}

ClaimBook::Tally ClaimBook::tally() const {
  Tally tally;
  for (const HeldSlots& held : ledger_.slots) tally.taken[held.pool] += held.slots;
  for (const HeldGpu& held : ledger_.gpus) tally.gpus.insert(held.device);
  return tally;
}

std::optional<ClaimAnswer> ClaimBook::impossible(const ClaimWait& asking) const {
  ClaimAnswer answer{.verdict = ClaimVerdict::impossible, .devices = {}, .pool = {}};
  for (const PoolSlots& wanted : asking.claim.pools) {
    const Pool* const pool = find(wanted.pool);
    if (pool && (pool->slots == 0 || wanted.slots <= pool->slots)) continue;
    answer.pool = wanted.pool;
    answer.wanted = wanted.slots;
    if (pool) answer.size = pool->slots;
    return answer;
  }
  const std::size_t devices = asking.devices.size();
  if (asking.claim.gpus <= devices) return std::nullopt;
  answer.wanted = asking.claim.gpus;
  answer.size = static_cast<std::int64_t>(devices);
  return answer;
}

std::vector<std::string> ClaimBook::free_devices(const ClaimWait& asking,
                                                 const Tally& tally) const {
  std::vector<std::string> free;
  for (const std::string& device : asking.devices)
    if (free.size() < asking.claim.gpus && !tally.gpus.contains(device)) free.push_back(device);
  return free;
}

std::optional<ClaimAnswer> ClaimBook::shortage(const ClaimWait& asking, const Tally& tally) const {
  ClaimAnswer answer{.verdict = ClaimVerdict::short_of, .devices = {}, .pool = {}};
  for (const PoolSlots& wanted : asking.claim.pools) {
    const Pool* const pool = find(wanted.pool);
    const auto found = tally.taken.find(wanted.pool);
    const std::int64_t taken = found == tally.taken.end() ? 0 : found->second;
    if (!pool || taken + wanted.slots <= pool->slots) continue;
    answer.pool = wanted.pool;
    answer.wanted = wanted.slots;
    answer.size = pool->slots;
    answer.taken = taken;
    for (const HeldSlots& held : ledger_.slots)
      if (held.pool == wanted.pool) answer.holders.push_back(held.task);
    return answer;
  }
  if (free_devices(asking, tally).size() >= asking.claim.gpus) return std::nullopt;
  answer.wanted = asking.claim.gpus;
  answer.size = static_cast<std::int64_t>(asking.devices.size());
  for (const HeldGpu& held : ledger_.gpus) {
    if (std::ranges::find(asking.devices, held.device) == asking.devices.end()) continue;
    ++answer.taken;
    if (std::ranges::find(answer.holders, held.task) == answer.holders.end())
      answer.holders.push_back(held.task);
  }
  return answer;
}

ClaimAnswer ClaimBook::judge(const ClaimWait& asking, bool is_patient) const {
  if (auto answer = impossible(asking)) return *std::move(answer);
  Tally now = tally();
  if (auto answer = shortage(asking, now)) return *std::move(answer);

  std::vector<const ClaimWait*> before;
  for (const ClaimWait& wait : ledger_.waits)
    if (is_patient && wait.is_ready && wait.task != asking.task && rank(wait) < rank(asking))
      before.push_back(&wait);
  std::ranges::sort(before, {}, [](const ClaimWait* wait) { return rank(*wait); });

  // Pools and GPUs that somebody waits for, and who.
  std::map<std::string, std::int64_t> kept, kept_gpus;
  const auto keeper_of = [&](const ClaimWait& wait) -> std::optional<ClaimAnswer> {
    for (const PoolSlots& wanted : wait.claim.pools)
      if (const auto found = kept.find(wanted.pool); found != kept.end())
        return ClaimAnswer{.verdict = ClaimVerdict::outranked,
                           .devices = {},
                           .pool = wanted.pool,
                           .wanted = wanted.slots,
                           .ahead = found->second};
    if (wait.claim.gpus == 0) return std::nullopt;
    for (const std::string& device : wait.devices)
      if (const auto found = kept_gpus.find(device); found != kept_gpus.end())
        return ClaimAnswer{.verdict = ClaimVerdict::outranked,
                           .devices = {},
                           .pool = {},
                           .wanted = wait.claim.gpus,
                           .ahead = found->second};
    return std::nullopt;
  };
  const ClaimWait* last_served = nullptr;
  for (const ClaimWait* wait : before) {
    if (impossible(*wait) || keeper_of(*wait)) continue;
    const auto lacks = shortage(*wait, now);
    if (!lacks) {
      take(*wait, free_devices(*wait, now), now.taken, now.gpus);
      last_served = wait;
    } else {
      // What it is short of is kept for it.
      for (const PoolSlots& wanted : wait->claim.pools)
        if (now.taken[wanted.pool] + wanted.slots > find(wanted.pool)->slots)
          kept.emplace(wanted.pool, wait->task);
      if (free_devices(*wait, now).size() < wait->claim.gpus)
        for (const std::string& device : wait->devices) kept_gpus.emplace(device, wait->task);
    }
  }
  if (auto answer = keeper_of(asking)) return *std::move(answer);
  if (auto answer = shortage(asking, now)) {
    answer->verdict = ClaimVerdict::outranked;
    answer->holders.clear();
    answer->ahead = last_served->task;
    return *std::move(answer);
  }
  ClaimAnswer granted;
  granted.devices = free_devices(asking, now);
  return granted;
}

void ClaimBook::grant(const ClaimWait& claim, const std::vector<std::string>& devices) {
  std::erase_if(ledger_.waits, [&](const ClaimWait& wait) { return wait.task == claim.task; });
  for (const PoolSlots& wanted : claim.claim.pools)
    ledger_.slots.push_back({wanted.pool, claim.task, wanted.slots});
  for (const std::string& device : devices) ledger_.gpus.push_back({device, claim.task});
}

void ClaimBook::release(std::int64_t task) {
  std::erase_if(ledger_.slots, [&](const HeldSlots& held) { return held.task == task; });
  std::erase_if(ledger_.gpus, [&](const HeldGpu& held) { return held.task == task; });
}

void ClaimBook::wait(const ClaimWait& claim) {
  std::erase_if(ledger_.waits, [&](const ClaimWait& wait) { return wait.task == claim.task; });
  ledger_.waits.push_back(claim);
}

void ClaimBook::forget_waits_of(const std::string& engine) {
  std::erase_if(ledger_.waits, [&](const ClaimWait& wait) { return wait.engine == engine; });
}

}  // namespace gt
