/// Versions of assets in the order in which they came, and how far triggers have heard of them.
/// Keeps nothing in memory. Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "db/transaction.h"
#include "expression/value.h"
#include "run/run.h"

namespace gt {

/// What a version of an asset is, before it is recorded.
struct AssetUpdate {
  std::string asset;  ///< "flights", in a pushed project "sales.flights"
  Value content;      ///< an artifact or a value; no secret
  Time at{};
  /// What it is about: that of the run; of one from outside, `at`.
  Time logical_date{};
  std::optional<DataInterval> interval = {};
  std::string run = {};      ///< its name, which may have been collected; empty: from outside
  std::string output = {};   ///< "load.table": of which task it is the output
  std::string told_by = {};  ///< of one from outside
  JsonObject details = {};   ///< of one from outside: what the teller says of it
};

/// One version.
struct RecordedAssetUpdate {
  std::int64_t sequence = 0;  ///< of all assets together; grows, also while the clock is set back
  AssetUpdate update;
};

/// How far a trigger has used the updates that it waits for.
struct AssetProgress {
  std::string rule;  ///< what it waited for then
  std::int64_t heard = 0;
};

class AssetStore {
 public:
  /// As many versions of each asset are kept.
  static constexpr std::int64_t kept_max = 1'000;

  /// nullopt, and nothing is written: the newest version has the same content.
  Result<std::optional<std::int64_t>> add(Transaction& transaction, const AssetUpdate& update);
  /// The newest version of each asset, by name.
  Result<std::vector<RecordedAssetUpdate>> newest(Transaction& transaction);
  Result<std::optional<RecordedAssetUpdate>> newest(Transaction& transaction,
                                                    std::string_view asset);
  /// What the newest versions of these hold, by the names in a pipeline; without those of which
  /// there is none.
  Result<ValueObject> newest_contents(Transaction& transaction, std::string_view pipeline,
                                      const std::vector<std::string>& names);
  /// Newest first, those before the sequence; nullopt: from the newest on.
  Result<std::vector<RecordedAssetUpdate>> history(Transaction& transaction, std::string_view asset,
                                                   std::optional<std::int64_t> before,
                                                   std::int64_t limit);
  /// Those of the asset behind `sequence`, oldest first.
  Result<std::vector<RecordedAssetUpdate>> list(Transaction& transaction, std::string_view asset,
                                                std::int64_t sequence);
  /// The same of all assets, at most so many.
  Result<std::vector<RecordedAssetUpdate>> list_all(Transaction& transaction, std::int64_t sequence,
                                                    std::int64_t limit);
  /// The newest version of the asset of this instant or a later one, that came then or later.
  Result<std::optional<RecordedAssetUpdate>> find(Transaction& transaction, std::string_view asset,
                                                  std::optional<Time> logical_date,
                                                  std::optional<Time> since);
  /// The sequence of the newest of all; 0 if there is none.
  Result<std::int64_t> last(Transaction& transaction);
  /// Forgets the asset and its versions; false: there is none.
  Result<bool> forget(Transaction& transaction, std::string_view asset);

  /// nullopt: nobody has watched it yet.
  Result<std::optional<AssetProgress>> progress(Transaction& transaction,
                                                const std::string& pipeline,
                                                const std::string& trigger);
  Result<void> set_progress(Transaction& transaction, const std::string& pipeline,
                            const std::string& trigger, const AssetProgress& progress);
};

}  // namespace gt
