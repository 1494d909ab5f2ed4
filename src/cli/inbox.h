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

  template <typename T>
  using Reply = std::function<void(Result<T>)>;

  /// Waits until the engine's thread has done it. Errc::unavailable: it takes no more work.
  template <typename T>
  Result<T> ask(std::function<Result<T>()> work) {
    return ask_for<T>([work = std::move(work)](const Reply<T>& reply) { reply(work()); });
  }

  /// The same of work that is done together with what others ask: the reply, which comes once, need
  /// not come before the work returns.
  template <typename T>
  Result<T> ask_for(std::function<void(Reply<T>)> work) {
    auto promise = std::make_shared<std::promise<Result<T>>>();
    auto answer = promise->get_future();
    const auto reply = [promise](Result<T> result) { promise->set_value(std::move(result)); };
    const bool is_taken = add([reply, work = std::move(work)](bool is_open) {
      if (is_open)
        work(reply);
      else
        reply(closed());
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
