/// Folders that are still to be read, shared by the threads that read them.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace gt {

/// Threads: any, at once.
class FolderQueue {
 public:
  explicit FolderQueue(std::string first) : folders_({std::move(first)}) {}

  /// The next one; waits while there is none but another thread may find some. nullopt when all
  /// are read, or after fail(). Each thread that was given one says done() for it.
  std::optional<std::string> next();
  /// The folder last given to this thread is read, and these were in it.
  void done(std::vector<std::string> found);
  /// The first error counts.
  void fail(Error failed);

  /// How many wait to be read.
  std::size_t waiting() const;
  Result<void> outcome() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> folders_;
  std::size_t in_hand_ = 0;
  std::optional<Error> failed_;
};

}  // namespace gt
