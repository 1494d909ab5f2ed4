/// An engine of a command that drives many runs, and what it shows of them.
#pragma once

#include <memory>

#include "cli/batch_progress.h"
#include "cli/wiring.h"

namespace gt {

/// For what an engine without a run of its own says.
class EngineTalk final : public SilentProgress {
 public:
  explicit EngineTalk(BatchProgress& progress) : progress_(progress) {}
  void say(const std::string& line) override { progress_.say(line); }

 private:
  BatchProgress& progress_;
};

/// Owner: the command.
struct Engaged {
  std::unique_ptr<BatchProgress> progress;
  std::unique_ptr<EngineTalk> talk;
  std::unique_ptr<Workshop> workshop;
};

/// Session and records outlive it.
Result<Engaged> engage(Session& session, Records& records);

}  // namespace gt
