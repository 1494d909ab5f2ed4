/// Assets that tasks wait for: told by their versions, and the bells that are rung at commits.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "db/database.h"
#include "engine/watcher.h"
#include "run/asset_store.h"

namespace gt {

/// Threads: one.
class WatchedAssets {
 public:
  explicit WatchedAssets(Database& database) : database_(database) {}

  void add(WatchId watch, const AssetWanted& wanted);
  /// One that is unknown is ignored.
  void remove(WatchId watch);
  bool empty() const { return wanted_.empty(); }
  /// A version that came before anybody listened. Errors: the database's.
  Result<Look> look(WatchId watch);
  /// What came since the last call, for whom it is. Errors: the database's; nothing is lost then.
  Result<std::vector<WatchEvent>> hear();

 private:
  Database& database_;
  /// The sequence of the last version that was heard; none before anybody waits.
  std::optional<std::int64_t> heard_;
  std::unordered_map<WatchId, AssetWanted> wanted_;
  /// By asset.
  std::unordered_multimap<std::string, WatchId> waiting_;
};

}  // namespace gt
