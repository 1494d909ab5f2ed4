#include "tracking/shared_commits.h"

#include <utility>

namespace gt {

Result<void> SharedCommits::write(const Work& work) {
  Entry own{.work = work};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&own);
  changed_.wait(lock, [&] { return own.is_done || !is_committing_; });
  if (!own.is_done) {
    is_committing_ = true;
    const auto entries = std::exchange(waiting_, {});
    lock.unlock();
    commit(entries);
    lock.lock();
    is_committing_ = false;
    for (Entry* const entry : entries) entry->is_done = true;
    changed_.notify_all();
  }
  return std::move(own.outcome);
}

void SharedCommits::commit(const std::vector<Entry*>& entries) {
  const Result<void> committed = write_all(entries);
  if (committed.ok()) return;
  for (Entry* const entry : entries)
    if (entry->outcome.ok()) entry->outcome = committed.error();
}

Result<void> SharedCommits::write_all(const std::vector<Entry*>& entries) {
  auto transaction = TRY(database_.begin_write());
  for (Entry* const entry : entries) {
    TRY(transaction.execute("SAVEPOINT entry"));
    entry->outcome = entry->work(transaction);
    if (!entry->outcome.ok()) TRY(transaction.execute("ROLLBACK TO SAVEPOINT entry"));
    TRY(transaction.execute("RELEASE SAVEPOINT entry"));
  }
  return transaction.commit();
}

}  // namespace gt
