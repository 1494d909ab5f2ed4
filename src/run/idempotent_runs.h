/// Runs that were asked for under a key: asking again under the same key begins no other one.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>

#include "db/transaction.h"
#include "run/attempt.h"

namespace gt {

class IdempotentRuns {
 public:
  /// A key is forgotten so long after it was used.
  static constexpr Duration kept_for = std::chrono::hours(24);

  /// nullopt: the key is new. Errc::conflict: it was used for another request, which `request`, a
  /// digest, tells.
  Result<std::optional<RunId>> find(Transaction& transaction, const std::string& key,
                                    const std::string& request, Time now);
  Result<void> add(Transaction& transaction, const std::string& key, const std::string& request,
                   RunId run, Time now);
};

}  // namespace gt
