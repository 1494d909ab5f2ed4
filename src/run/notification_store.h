/// The outbox of notifications in the database. Keeps nothing in memory.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/transaction.h"
#include "run/notification.h"

namespace gt {

struct NotificationFilter {
  std::optional<NotificationState> state = {};
  std::size_t limit = 50;
  std::optional<NotificationId> before = {};  ///< only older ones: the next page
};

struct NotificationCounts {
  std::int64_t waiting = 0, sent = 0, dead = 0;
};

class NotificationStore {
 public:
  /// As many that were sent are kept, and as many that are dead; the oldest go first.
  static constexpr std::int64_t kept_max = 10'000;

  /// Whoever is to be told of it by the rules that are kept with the run's pipeline: in the
  /// transaction of what happened, when that has been written.
  Result<void> add(Transaction& transaction, RunId run, const std::vector<RunNotice>& notices);

  /// Errc::not_found.
  Result<NotificationRecord> get(Transaction& transaction, NotificationId id);
  /// Newest first.
  Result<std::vector<NotificationRecord>> list(Transaction& transaction,
                                               const NotificationFilter& filter);
  Result<NotificationCounts> counts(Transaction& transaction);

  /// Of each receiver of each project the oldest one that is to be sent by now.
  Result<std::vector<NotificationRecord>> due(Transaction& transaction, Time now);
  /// When the next one is to be sent; nullopt: none waits.
  Result<std::optional<Time>> next_due(Transaction& transaction);

  /// What came of a try. One that was dropped meanwhile stays so.
  Result<void> set_sent(Transaction& transaction, NotificationId id, Time now,
                        const std::string& answer);
  /// `next_at`: when it is tried again; nullopt: it is dead.
  Result<void> set_failed(Transaction& transaction, NotificationId id, Time now,
                          std::optional<Time> next_at, const std::string& answer);

  /// To be sent now, as if it were new. Errc::not_found; conflict: it was sent.
  Result<void> retry(Transaction& transaction, NotificationId id, Time now);
  /// The same of all that are dead; how many.
  Result<std::int64_t> retry_dead(Transaction& transaction, Time now);
  /// Errc::not_found.
  Result<void> drop(Transaction& transaction, NotificationId id);

 private:
  Result<NotificationKind> kind_of(Transaction& transaction, const RunRecord& run,
                                   const RunNotice& notice, const std::vector<NotifyRule>& rules);
  Result<void> add_one(Transaction& transaction, const RunRecord& run, const RunNotice& notice,
                       NotificationKind kind, const std::string& receiver);
  Result<void> forget_old(Transaction& transaction, NotificationId newest, const char* state);
};

}  // namespace gt
