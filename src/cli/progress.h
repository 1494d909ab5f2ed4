/// What somebody who watches a run sees while it goes on: a region that redraws itself on a
/// terminal, a line for each start and end elsewhere. All of it is talk, none is data.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/session.h"
#include "definition/pipeline.h"
#include "run/task.h"

namespace gt {

/// A task that is in another state now.
struct TaskNews {
  TaskIndex index = no_task;
  std::string path;  ///< "candidates[2].train"
  TaskState state = TaskState::waiting;
  std::uint32_t attempts = 0;
  std::optional<Time> started_at, ended_at, next_at;
  std::string message;  ///< of a failure
  std::string reason;   ///< why it is executed, or where the result came from
  std::optional<std::int64_t> memory_bytes = {};  ///< of the next attempt, where it has grown
};

/// How many tasks are in which state; a matrix or group counts only as long as it has no children.
class Tally {
 public:
  void add(TaskState state, std::uint32_t count = 1) {
    counts_[static_cast<std::size_t>(state)] += count;
  }
  void remove(TaskState state) { --counts_[static_cast<std::size_t>(state)]; }
  std::uint32_t count(TaskState state) const { return counts_[static_cast<std::size_t>(state)]; }
  std::uint32_t total() const;
  std::uint32_t ended() const;
  /// "3 succeeded, 12 cached, 1 failed": ended ones, those with a count.
  std::string text() const;

 private:
  std::array<std::uint32_t, task_state_count> counts_{};
};

/// Threads: the engine's.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void say(const std::string& line) = 0;
  virtual void changed(const TaskNews& news) = 0;
  /// Many tasks at once are in a state now; each of them would be a line too many.
  virtual void ended_many(std::uint32_t count, TaskState state) = 0;
  /// The end of a failed attempt's log.
  virtual void log_tail(const std::vector<std::string>& lines) = 0;
  /// Draws what moves with time; cheap.
  virtual void tick(const Tally& tally, Time now) = 0;
  /// When to call tick() again; nullopt: nothing moves.
  virtual std::optional<Duration> interval() const = 0;
  /// Takes away what would be in the way of other output.
  virtual void clear() = 0;
};

/// Says nothing; for those that say little.
class SilentProgress : public Progress {
 public:
  void say(const std::string&) override {}
  void changed(const TaskNews&) override {}
  void ended_many(std::uint32_t, TaskState) override {}
  void log_tail(const std::vector<std::string>&) override {}
  void tick(const Tally&, Time) override {}
  std::optional<Duration> interval() const override { return std::nullopt; }
  void clear() override {}
};

/// In the form that the setting `progress` says.
std::unique_ptr<Progress> make_progress(const Session& session);

/// "succeeded in 1.2s", "failed in 0.3s: exit code 1", "retry_wait: exit code 1; attempt 2 in 10s".
std::string describe(const TaskNews& news);

}  // namespace gt
