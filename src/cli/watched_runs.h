/// Runs that tasks wait for: told by the rows of ends that each run leaves, and the bells that are
/// rung then.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "db/database.h"
#include "engine/watcher.h"
#include "run/run_store.h"

namespace gt {

/// Threads: one.
class WatchedRuns {
 public:
  /// `listener`: an id of our own ([0-9a-f]+).
  WatchedRuns(Database& database, RunStore& runs, std::string listener)
      : database_(database), runs_(runs), listener_(std::move(listener)) {}

  void add(WatchId watch, const RunWanted& wanted);
  /// One that is unknown is ignored.
  void remove(WatchId watch);
  bool empty() const { return wanted_.empty(); }
  /// Lets fd() be readable from now on; for those who wait for other things that commits bring,
  /// too.
  void listen();
  /// A run that ended before anybody listened. Errors: the database's.
  Result<Look> look(WatchId watch);
  /// Readable when something may have been committed; -1 before listen(), or if nobody can listen.
  int fd() const { return bell_ ? bell_->fd() : -1; }
  /// Before hear(): what comes from here on makes fd() readable again.
  void clear() {
    if (bell_) bell_->clear();
  }
  /// What ended since the last call, for whom it is. Errors: the database's; nothing is lost then.
  Result<std::vector<WatchEvent>> hear();

 private:
  Database& database_;
  RunStore& runs_;
  std::string listener_;
  std::optional<Bell> bell_;
  /// The sequence of the last end that was heard; none before anybody waits.
  std::optional<std::int64_t> heard_;
  std::unordered_map<WatchId, RunWanted> wanted_;
  /// By pipeline.
  std::unordered_multimap<std::string, WatchId> waiting_;
};

}  // namespace gt
