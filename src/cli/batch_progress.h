/// What somebody who watches many runs at once sees: a line for each that goes on, with its running
/// tasks, and the total below; without a terminal, a line for each that has ended.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/progress.h"

namespace gt {

/// A run that goes on.
struct BatchLine {
  std::string name;   ///< "flights/12"
  std::string label;  ///< "month=3"
  const Tally* tally;
  std::vector<std::string> running;  ///< paths of tasks
};

/// How many runs of a batch are how far.
struct BatchCounts {
  std::size_t total = 0, ended = 0, failed = 0;
};

/// Threads: the engine's.
class BatchProgress {
 public:
  virtual ~BatchProgress() = default;
  virtual void say(const std::string& line) = 0;
  /// A run has ended: "flights/12  month=3  succeeded in 1.2s: 3 succeeded".
  virtual void ended(RunState state, const std::string& line) = 0;
  virtual void tick(const BatchCounts& counts, std::span<const BatchLine> lines, Time now) = 0;
  virtual std::optional<Duration> interval() const = 0;
  virtual void clear() = 0;
};

/// In the form that the setting `progress` says.
std::unique_ptr<BatchProgress> make_batch_progress(const Session& session);

}  // namespace gt
