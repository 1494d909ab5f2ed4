/// The points of metrics, kept as chunks of bytes (metric_points.h) with the newest of each metric
/// in a row of its own, by which runs are found.
///
/// It holds SQL and writes within the caller's transaction; it has no state. Errors: those of the
/// database.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "db/transaction.h"
#include "tracking/metric_points.h"

namespace gt {

struct LoggedMetric {
  std::string key;
  MetricPoint point;
};

struct StepRange {
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last;  ///< included
};

/// A chunk that has reached this takes no further point: so four of them fit a page of SQLite's.
inline constexpr std::size_t chunk_bytes_max = 900;

class MetricStore {
 public:
  /// Once more the same, as a client that heard no answer sends it, changes nothing that anybody
  /// sees.
  Result<void> append(Transaction& transaction, std::int64_t run,
                      std::span<const LoggedMetric> metrics);
  /// All points of the metric, in the order of a history; none where the run has none.
  Result<std::vector<MetricPoint>> history(Transaction& transaction, std::int64_t run,
                                           const std::string& key, const StepRange& steps = {});
  /// The newest point of each metric.
  Result<std::vector<LoggedMetric>> newest(Transaction& transaction, std::int64_t run);
};

/// Which steps to show so that at most about `points_max` remain of the histories: evenly chosen
/// among all that are there, with the first and the last of each. Sorted.
std::vector<std::int64_t> sampled_steps(std::span<const std::vector<MetricPoint>> histories,
                                        std::size_t points_max);

}  // namespace gt
