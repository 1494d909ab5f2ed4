/// Runs that somebody has paused: what people want, whoever drives them.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "db/transaction.h"
#include "run/run.h"

namespace gt {

struct RunPause {
  std::string paused_by;
  Time paused_at{};
};

class RunPauses {
 public:
  /// nullopt of a run that is not paused.
  Result<std::optional<RunPause>> find(Transaction& transaction, RunId run);
  /// Records that it is paused, with an event; nothing changes where it is already. Its driver is
  /// to be rung. Errc::conflict: it has ended, or is about to.
  Result<void> pause(Transaction& transaction, const RunRecord& run, const RunPause& pause);
  /// Lets it go on, with an event; false: it is not paused. Its driver is to be rung.
  Result<bool> resume(Transaction& transaction, RunId run, const std::string& who, Time now);
};

}  // namespace gt
