/// The numbers in outputs of `type: metrics`: JSON files, as steps write them.
#pragma once

#include <string>
#include <vector>

#include "blob/folder_blobs.h"
#include "view/run_view.h"

namespace gt {

struct Metric {
  std::string task;    ///< "train[0]"
  std::string output;  ///< "metrics"
  std::string name;    ///< "auc", "test.auc", "folds[2]"; empty where the whole file is a number
  double value = 0;

  /// "train[0].metrics auc"
  std::string label() const;
};

/// Larger files, and more numbers in one, are no metrics for people.
inline constexpr std::size_t metrics_file_bytes_max = 1U << 20U;
inline constexpr std::size_t metrics_per_file_max = 1000;

/// Of all tasks of a run that succeeded, in the run's order. A file that is not there any more, or
/// is no JSON, has none.
std::vector<Metric> metrics_of(const RunView& view, const FolderBlobs& blobs);

/// Shortest text that reads back equal; whole numbers without a point.
std::string number_text(double value);

}  // namespace gt
