/// Tells listeners and counters what the engine has committed.
#pragma once

#include "engine/observer.h"
#include "server/event_hub.h"
#include "server/server_metrics.h"
#include "server/telemetry.h"

namespace gt {

/// Threads: the engine's.
class RunNews final : public RunObserver {
 public:
  /// Both outlive it.
  RunNews(EventHub& events, ServerMetrics& metrics) : events_(events), metrics_(metrics) {}

  /// A run was recorded, and waits for its turn.
  void recorded(const RunRecord& run);
  void committed(const LiveRun& run, const RunChanges& changes) override;
  /// Told of runs that begin and end. Outlives it.
  void set_telemetry(Telemetry& telemetry) { telemetry_ = &telemetry; }

 private:
  EventHub& events_;
  ServerMetrics& metrics_;
  Telemetry* telemetry_ = nullptr;
};

}  // namespace gt
