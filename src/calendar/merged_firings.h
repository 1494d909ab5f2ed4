/// The firings of several schedules as one row.
#pragma once

#include <optional>
#include <vector>

#include "calendar/schedule.h"

namespace gt {

/// In the order of time; of firings at one instant, in the order of the schedules. These must live
/// longer. Threads: one.
class MergedFirings {
 public:
  /// Firings in [from, to).
  MergedFirings(const std::vector<const Schedule*>& schedules, Time from, Time to);

  struct Next {
    std::size_t schedule;  ///< its index
    Firing firing;
  };
  /// nullopt after the last one.
  std::optional<Next> next();

 private:
  struct Row {
    Firings rest;
    std::optional<Firing> next;
  };
  std::vector<Row> rows_;
};

}  // namespace gt
