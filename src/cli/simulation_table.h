/// A simulation as a table, with the clocks of each schedule's zone beside UTC.
#pragma once

#include <string>
#include <vector>

#include "calendar/simulation.h"
#include "cli/schedule_request.h"
#include "cli/table.h"

namespace gt {

/// "Sun 2026-03-29 03:00 +02:00", with seconds if there are some.
std::string local_text(const Zone& zone, Time time);

class SimulationTable {
 public:
  /// The schedules must live longer.
  SimulationTable(const std::vector<NamedSchedule>& schedules, bool has_duration);

  void add(const SimulatedLine& line);
  bool empty() const { return table_.empty(); }
  std::string text(const Console& console) const { return table_.text(console); }

 private:
  const std::vector<NamedSchedule>& schedules_;
  bool has_triggers_;
  bool has_duration_;
  Table table_;
};

}  // namespace gt
