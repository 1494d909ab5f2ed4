/// Work in a home for which nobody should wait: removing what takes long to remove, compressing
/// closed logs.
///
/// What is to be removed is renamed into the home's `chores` folder, as `remove.<16 hex digits>`; a
/// log that is to be compressed has an empty file `log.<attempt>` there. So nothing of it is
/// forgotten, whoever dies. Whoever has a keeper asks it to see to them (KeeperClient::do_chores),
/// which forks a process for it that yields to everybody else and outlives the command; what it
/// leaves is found by the next engine, and by `gc`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace gt {

/// Adds chores. Threads: any.
class Chores {
 public:
  /// More than so much is removed later.
  static constexpr std::int64_t removed_at_once_files_max = 64;
  static constexpr std::int64_t removed_at_once_bytes_max = 1 << 20U;

  /// `home` is the home's path.
  explicit Chores(std::string home) : home_(std::move(home)) {}
  /// Is called after each new chore, from the thread that adds it; before there are any.
  void set_listener(std::function<void()> has_come) { has_come_ = std::move(has_come); }

  const std::string& home() const { return home_; }

  /// Nothing is at `path` any more when it returns. What is small is removed, the rest of it
  /// later: the path must be on the home's file system, else it is removed here and now.
  Result<void> remove(const std::string& path);
  /// Of an attempt that has ended; without effect if it is not worth it.
  Result<void> compress_log_of(const std::string& attempt);

 private:
  Result<void> remove_later(const std::string& path);

  std::string home_;
  std::function<void()> has_come_;
};

struct ChoreReport {
  std::int64_t removals = 0;  ///< things that were, or are, to be removed
  std::int64_t bytes = 0;     ///< of disk in them
  std::int64_t logs = 0;
};

bool has_chores(const std::string& home);

/// What there is to do. Changes nothing.
Result<ChoreReport> look_at_chores(const std::string& home);

enum class ChorePace {
  at_once,
  yielding,  ///< mostly asleep, so that a disk has time for others
};

/// Does all that there are, also those that come meanwhile; what cannot be done is passed over, and
/// stays. With `yielding`, nothing while another process is at it.
ChoreReport do_chores(const std::string& home, ChorePace pace);

}  // namespace gt
