/// Experiments that clients track.
///
/// It holds SQL and writes within the caller's transaction; it has no state. Times are
/// milliseconds. Errors: those of the database; not_found, invalid (a name or value that cannot be,
/// or a state that does not permit it), conflict (the name is taken).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/transaction.h"
#include "tracking/filter.h"
#include "tracking/page.h"

namespace gt {

/// What a search is to see.
enum class LifecycleView { active, deleted, all };

struct TrackingTag {
  std::string key;
  std::string value;
  bool operator==(const TrackingTag&) const = default;
};

struct Experiment {
  std::int64_t id = 0;
  std::string name;
  std::string artifact_location;
  bool is_deleted = false;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::vector<TrackingTag> tags = {};
};

struct NewExperiment {
  std::string name;
  /// Empty: at this server.
  std::string artifact_location = {};
  std::vector<TrackingTag> tags = {};
};

struct ExperimentSearch {
  std::string filter = {};
  std::vector<std::string> order_by = {};
  LifecycleView view = LifecycleView::active;
  PageRequest page = {};
};

std::int64_t to_milliseconds(Time time);

class ExperimentStore {
 public:
  /// Gives its id.
  Result<std::int64_t> create(Transaction& transaction, const NewExperiment& wanted, Time now);
  Result<Experiment> get(Transaction& transaction, std::int64_t id);
  /// Deleted ones, too.
  Result<Experiment> get_by_name(Transaction& transaction, const std::string& name);
  /// Errc::invalid where it is deleted.
  Result<Experiment> get_active(Transaction& transaction, std::int64_t id);
  Result<void> rename(Transaction& transaction, std::int64_t id, const std::string& name, Time now);
  /// With all its runs; both may be called again.
  Result<void> set_deleted(Transaction& transaction, std::int64_t id, bool is_deleted, Time now);
  Result<void> set_tag(Transaction& transaction, std::int64_t id, const TrackingTag& tag, Time now);
  Result<void> remove_tag(Transaction& transaction, std::int64_t id, const std::string& key,
                          Time now);
  Result<Page<Experiment>> search(Transaction& transaction, const ExperimentSearch& wanted);
};

}  // namespace gt
