/// Data sets that runs have read.
///
/// It holds SQL and writes within the caller's transaction; it has no state. Errors: those of the
/// database; invalid.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "db/transaction.h"
#include "tracking/tracking_run.h"

namespace gt {

/// One of an experiment is known by its name and digest.
struct Dataset {
  std::string name;
  std::string digest;
  std::string source_type = {};
  std::string source = {};
  std::optional<std::string> schema = {};
  std::optional<std::string> profile = {};
};

struct DatasetInput {
  Dataset dataset;
  std::vector<TrackingTag> tags = {};
};

class DatasetStore {
 public:
  /// A data set that the run has already keeps its first tags, and one that the experiment has its
  /// first description.
  Result<void> add_inputs(Transaction& transaction, const TrackingRun& run,
                          std::span<const DatasetInput> inputs);
  Result<std::vector<DatasetInput>> inputs(Transaction& transaction, std::int64_t run);
};

}  // namespace gt
