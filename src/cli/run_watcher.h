/// Tells a Progress what the engine commits.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/progress.h"
#include "engine/observer.h"

namespace gt {

/// The last lines of an attempt's log; empty if there is none.
using LogTail = std::function<std::vector<std::string>(const RunRecord&, const AttemptId&)>;

/// Why a task waits for others than its own run; empty if it does so no more.
using WaitReason = std::function<std::string(RunId, TaskIndex)>;

/// Of tasks that end in one commit without having been executed, more than these are only counted.
inline constexpr std::uint32_t told_at_once_max = 20;

class RunWatcher final : public RunObserver {
 public:
  RunWatcher(Progress& progress, LogTail log_tail, WaitReason wait_reason)
      : progress_(progress), log_tail_(std::move(log_tail)), wait_reason_(std::move(wait_reason)) {}

  void committed(const LiveRun& run, const RunChanges& changes) override;
  void queued(const LiveRun& run, const std::vector<RunRecord>& before) override;
  /// Told once for each pool.
  void waits(const LiveRun& run, TaskIndex task, const std::string& pool) override;
  const Tally& tally() const { return tally_; }
  /// Tasks that failed by themselves, in the order of failing.
  const std::vector<TaskIndex>& failed() const { return failed_; }

 private:
  void begin(const LiveRun& run, const RunChanges& changes);
  void tell_of_run(const LiveRun& run, const RunChanges& changes);
  void count(const LiveRun& run, TaskIndex task);
  void tell(const LiveRun& run, const TaskChange& change);
  TaskNews news_of(const LiveRun& run, const TaskChange& change) const;

  Progress& progress_;
  LogTail log_tail_;
  WaitReason wait_reason_;
  std::set<std::pair<RunId, std::string>> told_waits_;
  Tally tally_;
  std::vector<std::optional<TaskState>> states_;  ///< as they stand in the tally
  std::unordered_map<TaskIndex, std::string> reasons_;
  std::unordered_map<TaskIndex, Time> started_;
  std::vector<TaskIndex> failed_;
  bool is_paused_ = false;
};

}  // namespace gt
