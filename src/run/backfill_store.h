/// Backfills and their firings in the database. Keeps nothing in memory.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/transaction.h"
#include "run/backfill.h"

namespace gt {

class BackfillStore {
 public:
  /// `firings` in the order in which they are to have runs.
  Result<BackfillRecord> create(Transaction& transaction, const NewBackfill& backfill,
                                const std::vector<BackfillFiring>& firings, Time now);

  /// By name ("backfill/3"), number, or "latest". Errc::not_found.
  Result<BackfillRecord> find(Transaction& transaction, std::string_view name);
  Result<BackfillRecord> get(Transaction& transaction, BackfillId id);
  /// Newest first.
  Result<std::vector<BackfillRecord>> list(Transaction& transaction,
                                           const std::optional<std::string>& pipeline,
                                           std::size_t limit);
  /// Those that have not ended, oldest first.
  Result<std::vector<BackfillRecord>> open(Transaction& transaction);

  Result<std::vector<BackfillFiring>> firings(Transaction& transaction, BackfillId id);
  Result<std::optional<BackfillFiring>> next_waiting(Transaction& transaction, BackfillId id);
  Result<BackfillCounts> counts(Transaction& transaction, BackfillId id);

  /// Errc::conflict: the firing waits no more.
  Result<void> settle(Transaction& transaction, BackfillId id, const BackfillFiring& firing);
  Result<void> cancel_waiting(Transaction& transaction, BackfillId id);
  Result<void> set_state(Transaction& transaction, BackfillId id, BackfillState state);
  Result<void> end(Transaction& transaction, BackfillId id, BackfillState state, Time now);
  /// Makes `engine` the owner, if `owner` still is. Errc::conflict if not.
  Result<void> claim(Transaction& transaction, BackfillId id, const std::string& owner,
                     const std::string& engine);
};

}  // namespace gt
