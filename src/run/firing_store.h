/// Triggers and their firings in the database. Keeps nothing in memory.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/transaction.h"
#include "run/firing.h"

namespace gt {

struct FiringFilter {
  std::optional<std::string> pipeline = {};
  std::optional<std::string> trigger = {};
  std::size_t limit = 50;
};

class FiringStore {
 public:
  /// Of each trigger as many firings are kept; older ones make room for new ones.
  static constexpr std::int64_t kept_max = 1000;

  /// nullopt: nobody has watched it yet.
  Result<std::optional<TriggerProgress>> progress(Transaction& transaction,
                                                  const std::string& pipeline,
                                                  const std::string& trigger);
  Result<void> set_progress(Transaction& transaction, const std::string& pipeline,
                            const std::string& trigger, const TriggerProgress& progress);

  /// The instant of an event's firing: now, or just after the trigger's last one.
  Result<Time> next_at(Transaction& transaction, const std::string& pipeline,
                       const std::string& trigger, Time now);

  /// Errc::conflict: this firing has been recorded before.
  Result<void> add(Transaction& transaction, const RecordedFiring& firing);
  /// Newest first.
  Result<std::vector<RecordedFiring>> list(Transaction& transaction, const FiringFilter& filter);
};

}  // namespace gt
