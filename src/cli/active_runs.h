/// Runs that an engine of ours drives beside others: taken, told of, and let go.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "cli/watched_run.h"
#include "cli/wiring.h"

namespace gt {

/// Threads: the main one.
class ActiveRuns {
 public:
  struct One {
    One(RunRecord record, Say say, LogTail log_tail)
        : run(std::move(record)), watched(run.name(), std::move(say), std::move(log_tail)) {}

    RunRecord run;
    WatchedRun watched;
  };
  using Ended = std::function<void(const RunRecord& run, const Tally& tally)>;

  /// What is given outlives it.
  ActiveRuns(Workshop& workshop, RunStore& runs, Say say)
      : workshop_(workshop), runs_(runs), say_(std::move(say)) {}

  /// Begins a run, or goes on with one that another engine has begun and left; false: somebody else
  /// does so already.
  Result<bool> take(const RunRecord& run, const std::shared_ptr<const Pipeline>& pipeline,
                    bool is_begun);
  /// Of one that the engine is told of otherwise, just before.
  void add(const RunRecord& run);
  void remove(RunId run) { active_.erase(run); }
  /// Those that have ended are told and forgotten, those that the engine has lost forgotten;
  /// whether there were any.
  bool take_ended(const Ended& ended);
  /// Runs that the engine has lost to another one.
  void lost(const Error& conflict);
  /// What other programs have asked for.
  Result<void> obey(Transaction& reader);
  Result<void> cancel(CancelMode mode, const std::string& who);
  void committed(const LiveRun& run, const RunChanges& changes);

  bool contains(RunId run) const { return active_.contains(run); }
  std::size_t size() const { return active_.size(); }
  bool empty() const { return active_.empty(); }
  auto begin() const { return active_.begin(); }
  auto end() const { return active_.end(); }

 private:
  Workshop& workshop_;
  RunStore& runs_;
  Say say_;
  std::map<RunId, std::unique_ptr<One>> active_;
};

}  // namespace gt
