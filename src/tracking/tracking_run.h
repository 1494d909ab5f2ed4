/// Runs that clients track, with their params and tags.
///
/// It holds SQL and writes within the caller's transaction; it has no state. Errors: those of the
/// database; not_found, invalid (a name or value that cannot be, a param that would change, or a
/// run or experiment that is deleted).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "db/transaction.h"
#include "tracking/experiment_store.h"

namespace gt {

struct TrackingRun {
  std::int64_t id = 0;
  std::string uuid;  ///< 32 hex digits
  std::int64_t experiment = 0;
  std::string name;
  std::string user_id;
  std::string status;  ///< RUNNING, SCHEDULED, FINISHED, FAILED, KILLED
  bool is_deleted = false;
  std::int64_t start_ms = 0;
  std::optional<std::int64_t> end_ms;
  std::string artifact_uri;
};

struct NewTrackingRun {
  std::int64_t experiment = 0;
  std::string name = {};  ///< empty: one is drawn
  std::string user_id = {};
  std::optional<std::int64_t> start_ms = {};  ///< without: now
  std::vector<TrackingTag> tags = {};
};

struct TrackingRunChange {
  std::optional<std::string> status = {};
  std::optional<std::int64_t> end_ms = {};
  std::optional<std::string> name = {};
};

inline constexpr std::string_view run_name_tag = "mlflow.runName";

bool is_run_status(std::string_view word);

class TrackingRunStore {
 public:
  Result<TrackingRun> create(Transaction& transaction, const NewTrackingRun& wanted, Time now,
                             Entropy& entropy);
  Result<TrackingRun> get(Transaction& transaction, const std::string& uuid);
  /// Errc::invalid where it is deleted.
  Result<TrackingRun> get_active(Transaction& transaction, const std::string& uuid);
  Result<TrackingRun> get_by_id(Transaction& transaction, std::int64_t id);
  Result<void> update(Transaction& transaction, const TrackingRun& run,
                      const TrackingRunChange& change);
  Result<void> set_deleted(Transaction& transaction, const TrackingRun& run, bool is_deleted);

  /// A param has one value for ever: the same again changes nothing, another one is invalid. Values
  /// that are too long are cut.
  Result<void> add_params(Transaction& transaction, const TrackingRun& run,
                          std::span<const TrackingTag> params);
  Result<void> set_tags(Transaction& transaction, const TrackingRun& run,
                        std::span<const TrackingTag> tags);
  Result<void> remove_tag(Transaction& transaction, const TrackingRun& run, const std::string& key);
  Result<std::vector<TrackingTag>> params(Transaction& transaction, std::int64_t run);
  Result<std::vector<TrackingTag>> tags(Transaction& transaction, std::int64_t run);
};

/// "calm-heron-417": for a run that nobody has named.
std::string drawn_run_name(Entropy& entropy);

}  // namespace gt
