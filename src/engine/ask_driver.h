/// Asks something of the engine that drives a run, wherever it is, and waits for its answer.
#pragma once

#include "base/clock.h"
#include "base/entropy.h"
#include "db/database.h"
#include "run/driver_request.h"
#include "run/run_store.h"

namespace gt {

struct AskParts {
  Database& database;
  RunStore& runs;
  Clock& clock;
  Entropy& entropy;
  /// Called once when the request is written and before its answer is waited for.
  std::function<void()> asked = [] {};
  /// How long the answer is waited for; nullopt: as long as the engine lives.
  std::optional<Duration> wait_max = {};
};

/// False: nobody drives the run any more, and the request is as if it had not been. Errors:
/// conflict (the engine says why it does not do it), unavailable (it did not answer in time).
Result<bool> ask_driver(const AskParts& parts, const RunRecord& run, const DriverRequest& request);

}  // namespace gt
