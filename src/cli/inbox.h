/// Work that other threads ask the engine's thread to do.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <utility>

#include "base/result.h"

namespace gt {

/// Threads: ask() from any but the engine's, the rest from the engine's.
class Inbox {
 public:
  /// `wake` lets the engine's thread come to work_off().
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Waits until the engine's thread has done it. Errc::unavailable: it takes no more work.
  template <typename T>
  Result<T> ask(std::function<Result<T>()> work) {
    auto promise = std::make_shared<std::promise<Result<T>>>();
    auto answer = promise->get_future();
    const bool is_taken = add([promise, work = std::move(work)](bool is_open) {
      promise->set_value(is_open ? work() : Result<T>(closed()));
    });
    return is_taken ? answer.get() : Result<T>(closed());
  }

  void work_off() {
    for (const Work& work : take()) work(true);
  }

  /// What waits and what comes is refused from now on.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      is_open_ = false;
    }
    for (const Work& work : take()) work(false);
  }

 private:
  using Work = std::function<void(bool is_open)>;

  static Error closed() { return {Errc::unavailable, "the server is about to end", {}}; }

  bool add(Work work) {
    {
      const std::lock_guard lock(mutex_);
      if (!is_open_) return false;
      waiting_.push_back(std::move(work));
    }
    wake_();
    return true;
  }

  std::deque<Work> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }

  const std::function<void()> wake_;
  std::mutex mutex_;
  std::deque<Work> waiting_;
  bool is_open_ = true;
};

}  // namespace gt
