/// Watches a run that another engine drives.
#pragma once

#include "cli/progress.h"
#include "cli/records.h"
#include "cli/signal_watch.h"

namespace gt {

enum class FollowEnd {
  run_ended,
  engine_gone,  ///< the run has not ended, and nobody drives it
  left,         ///< the person at the keyboard has seen enough
};

Result<FollowEnd> follow(Session& session, Records& records, const RunRecord& run,
                         Progress& progress, SignalWatch& signals);

}  // namespace gt
