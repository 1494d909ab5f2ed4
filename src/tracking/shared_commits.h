/// Writes of many threads in few commits.
///
/// To make a commit durable takes far longer than to write a row, so those who come while another
/// commit is on its way are written together in the next one. Each has a savepoint of its own: one
/// that is refused leaves nothing, and the others go on.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "db/database.h"

namespace gt {

/// Threads: any.
class SharedCommits {
 public:
  using Work = std::function<Result<void>(Transaction& transaction)>;

  explicit SharedCommits(Database& database) : database_(database) {}
  SharedCommits(const SharedCommits&) = delete;
  SharedCommits& operator=(const SharedCommits&) = delete;

  /// Returns when what `work` wrote is committed, or with its error, or with that of the commit.
  /// `work` may be called by another thread, once, while this one waits.
  Result<void> write(const Work& work);

 private:
  struct Entry {
    const Work& work;
    Result<void> outcome = {};
    bool is_done = false;
  };

  void commit(const std::vector<Entry*>& entries);
  Result<void> write_all(const std::vector<Entry*>& entries);

  Database& database_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry*> waiting_;
  bool is_committing_ = false;
};

}  // namespace gt
