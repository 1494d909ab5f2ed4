/// Pools, and who has or wants slots of them, in the database. Attempts' own claims are written and
/// freed by RunStore::commit, with the attempts; this is the rest. Keeps nothing in memory.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "db/transaction.h"
#include "run/claim.h"
#include "run/run.h"

namespace gt {

/// A claim whose attempt may have ended without anybody having seen it.
struct ClaimHolder {
  std::int64_t task = 0;
  std::string outside_name;  ///< of the attempt
  std::string owner_engine;  ///< of its run
};

class ClaimStore {
 public:
  Result<std::vector<Pool>> pools(Transaction& transaction);
  Result<std::optional<Pool>> pool(Transaction& transaction, const std::string& name);
  /// Makes the pool, or changes its slots; the description only if one is given.
  Result<void> set_pool(Transaction& transaction, const std::string& name, std::int64_t slots,
                        const std::optional<std::string>& description, Time now);
  /// Errc::not_found; Errc::conflict while slots are taken or waited for.
  Result<void> remove_pool(Transaction& transaction, const std::string& name);

  Result<ClaimLedger> ledger(Transaction& transaction);
  /// All that hold slots or GPUs.
  Result<std::vector<ClaimHolder>> holders(Transaction& transaction);
  /// The task's attempt is known to have ended: what it held is free.
  Result<void> release(Transaction& transaction, std::int64_t task);

  Result<void> wait(Transaction& transaction, const ClaimWait& wait);
  /// As this engine noted it; another one's note stays.
  Result<void> stop_waiting(Transaction& transaction, std::int64_t task, const std::string& engine);
  /// All that an engine which is gone waited for.
  Result<void> forget_engine(Transaction& transaction, const std::string& engine);
  Result<void> forget_run(Transaction& transaction, RunId run);
  /// Engines other than `but` that wait for something.
  Result<std::vector<std::string>> waiting_engines(Transaction& transaction,
                                                   const std::string& but);
};

}  // namespace gt
