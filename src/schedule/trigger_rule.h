/// When a task may start, from how its upstream instances ended. The rules and what follows when
/// one can no longer hold are Apache Airflow 3's (trigger_rule_dep.py), so that people who know
/// them find them here.
#pragma once

#include <cstdint>

#include "definition/pipeline.h"
#include "run/task.h"

namespace gt {

/// Instances upstream of a task: each item of a matrix counts, a group counts once.
struct UpstreamCounts {
  std::uint32_t total = 0;
  std::uint32_t succeeded = 0;  ///< `cached` too
  std::uint32_t failed = 0;     ///< `cancelled` too
  std::uint32_t upstream_failed = 0;
  std::uint32_t skipped = 0;

  std::uint32_t done() const { return succeeded + failed + upstream_failed + skipped; }
  /// Counts one more ended instance.
  void add(TaskState ended);
};

enum class Verdict : std::uint8_t { wait, run, skip, upstream_failed };

/// `setups`: steps, not instances, that the rule all_done_setup_success asks for; one of which some
/// instance has succeeded counts as succeeded.
Verdict judge(TriggerRule rule, const UpstreamCounts& counts, const UpstreamCounts& setups = {});

}  // namespace gt
