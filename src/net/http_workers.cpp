#include "net/http_workers.h"

#include <utility>

#include "base/thread.h"

namespace gt {

Result<std::unique_ptr<HttpWorkers>> HttpWorkers::start(unsigned threads) {
  std::unique_ptr<HttpWorkers> workers(new HttpWorkers);
  for (unsigned i = 0; i < threads; ++i) {
    auto* const shared = workers.get();
    workers->threads_.push_back(TRY(start_thread([shared] { shared->work(); })));
  }
  return workers;
}

HttpWorkers::~HttpWorkers() {
  drop_waiting();
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  threads_.clear();
}

void HttpWorkers::add(Task task) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void HttpWorkers::drop_waiting() {
  std::deque<Task> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(waiting_);
}

void HttpWorkers::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return is_ending_ || !waiting_.empty(); });
    if (is_ending_) return;
    Task task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

}  // namespace gt
