/// Where attempts run. The outside world as the engine sees it: start, observe, stop, take over;
/// never a call that blocks until the work is done.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "run/attempt.h"

namespace gt {

enum class StopMode {
  terminate,  ///< asked first, killed after a grace period
  kill,
};

struct ExecutorLimits {
  double cpu = 1;                 ///< slots
  std::int64_t memory_bytes = 0;  ///< 0: unknown, not limited
};

/// Owner: wiring. Threads: the methods are called by the engine's thread and return at once; when
/// an event becomes available, the wake function that the executor was made with is called from any
/// thread. What goes wrong with an attempt comes back from poll(), like everything that happens
/// outside. A contract test (execute/executor_contract_test) holds every implementation to this.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Starting an id that is already known (running or ended) is harmless.
  virtual void start(Launch launch) = 0;
  /// Takes an attempt over that another engine started. Its events come as if it were ours; one
  /// that cannot be found any more ends with Cause::lost, and what is left of its tree is ended.
  virtual void adopt(Launch launch) = 0;
  /// Unacknowledged events, oldest first; an ended event is repeated until acknowledged.
  virtual std::vector<AttemptEvent> poll() = 0;
  /// The events of these attempts so far are recorded durably: what the executor kept of an ended
  /// one may go.
  virtual void acknowledge(std::span<const AttemptId> attempts) = 0;
  virtual void stop(const AttemptId& attempt, StopMode mode) = 0;
  virtual ExecutorLimits limits() const = 0;
  /// Whether an attempt that another engine started is known to have ended, so that what it had of
  /// pools is free; false where that cannot be told. Changes nothing.
  virtual bool has_ended(const std::string& outside_name) = 0;
  /// Why attempts that have ended cannot be taken in for now, such as a full disk; nullopt if
  /// nothing is in the way. Each poll() tries again; whoever gives up loses nothing: the next
  /// engine adopts them.
  virtual std::optional<Error> trouble() { return std::nullopt; }
};

}  // namespace gt
