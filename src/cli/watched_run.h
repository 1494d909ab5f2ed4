/// One of many runs that an engine drives at once: what is said of it, and what goes on in it.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "cli/run_watcher.h"
#include "cli/wiring.h"

namespace gt {

using Say = std::function<void(const std::string& line)>;

/// Says what fails, with the end of its log. Threads: the engine's.
class WatchedRun {
 public:
  /// `name`: what lines about the run begin with.
  WatchedRun(std::string name, Say say, LogTail log_tail);
  WatchedRun(const WatchedRun&) = delete;
  WatchedRun& operator=(const WatchedRun&) = delete;

  void committed(const LiveRun& run, const RunChanges& changes) {
    watcher_.committed(run, changes);
  }
  const Tally& tally() const { return watcher_.tally(); }
  /// The paths of running tasks.
  const std::map<TaskIndex, std::string>& running() const { return told_.running; }

 private:
  class Told final : public SilentProgress {
   public:
    Told(std::string name, Say say) : name_(std::move(name)), say_(std::move(say)) {}
    void say(const std::string& line) override { say_(line); }
    void changed(const TaskNews& news) override;
    void log_tail(const std::vector<std::string>& lines) override;

    std::map<TaskIndex, std::string> running;

   private:
    std::string name_;
    Say say_;
  };

  Told told_;
  RunWatcher watcher_;
};

/// "flights/12 succeeded in 3s: 4 succeeded"; `name` stands for the run.
std::string describe_end(const std::string& name, const RunRecord& run, const Tally& tally);

/// Does what other programs have asked of a run that the engine drives.
Result<void> obey_requests(Engine& engine, RunStore& runs, Transaction& reader, RunId run);

/// Of a run that the engine drives; nothing of one that has ended.
Result<void> cancel_open(Engine& engine, RunId run, CancelMode mode, const std::string& who);

/// Tells by the first run that waits for a pool, since the others do so for the same reason.
class PoolWaits {
 public:
  /// The line to say; empty if there is nothing new to tell.
  std::string news(const Workshop& workshop, const LiveRun& run, TaskIndex task,
                   const std::string& pool);

 private:
  std::set<std::string> told_;
};

}  // namespace gt
