#include "source/folder_queue.h"

#include <algorithm>
#include <iterator>

namespace gt {

std::optional<std::string> FolderQueue::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failed_ || !folders_.empty() || in_hand_ == 0; });
  if (failed_ || folders_.empty()) return std::nullopt;
  std::string folder = std::move(folders_.back());
  folders_.pop_back();
  ++in_hand_;
  return folder;
}

void FolderQueue::done(std::vector<std::string> found) {
  const std::lock_guard lock(mutex_);
  --in_hand_;
  std::ranges::move(found, std::back_inserter(folders_));
  changed_.notify_all();
}

void FolderQueue::fail(Error failed) {
  const std::lock_guard lock(mutex_);
  --in_hand_;
  if (!failed_) failed_ = std::move(failed);
  changed_.notify_all();
}

std::size_t FolderQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return folders_.size();
}

Result<void> FolderQueue::outcome() const {
  const std::lock_guard lock(mutex_);
  if (failed_) return *failed_;
  return {};
}

}  // namespace gt
