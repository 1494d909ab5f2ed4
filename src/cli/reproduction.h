/// Executes recorded tasks once more in a scratch place of the home: nothing of it is recorded, and
/// no cache is touched.
#pragma once

#include <memory>
#include <optional>

#include "cli/recorded_attempt.h"
#include "cli/wiring.h"
#include "reproduce/examine.h"

namespace gt {

/// Owner: the command. Threads: the main one.
class Reproduction {
 public:
  /// Takes the session's keeper. Session and records outlive it.
  static Result<std::unique_ptr<Reproduction>> open(Session& session, Records& records,
                                                    const Project& project,
                                                    const ProjectName& pushed = {});
  /// Removes the scratch place.
  ~Reproduction();

  HostFacts& facts();
  /// Errors: conflict, with the reason, if it fails; cancelled by Ctrl-C.
  Result<Execution> execute(const LiveRun& live, const TaskRecord& task,
                            const Conditions& conditions);
  /// A little more than a second. Errc::cancelled by Ctrl-C.
  Result<void> pause();
  /// What is recorded of a task that succeeded, or was served from another one.
  Result<Execution> recorded(Transaction& reader, const RunView& view, const TaskRecord& task);

 private:
  struct State;
  explicit Reproduction(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gt
