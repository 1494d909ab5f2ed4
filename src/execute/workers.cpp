#include "execute/workers.h"

#include <utility>

#include "base/thread.h"

namespace gt {

Result<void> Workers::start(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) {
    auto thread = start_thread([this] { run(); });
    if (!thread && threads_.empty()) return std::move(thread).error();
    if (thread) threads_.push_back(*std::move(thread));
  }
  return {};
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
}

void Workers::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void Workers::run() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return is_ending_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace gt
