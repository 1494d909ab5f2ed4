/// Threads that handle requests, one after another.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"

namespace gt {

/// Threads: any.
class HttpWorkers {
 public:
  using Task = std::move_only_function<void()>;

  /// Errc::exhausted where there are no threads to be had.
  static Result<std::unique_ptr<HttpWorkers>> start(unsigned threads);
  /// Waits for the tasks that have begun; the others are destroyed.
  ~HttpWorkers();

  /// A task does not throw.
  void add(Task task);
  /// Destroys the tasks that have not begun.
  void drop_waiting();

 private:
  HttpWorkers() = default;
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> waiting_;
  bool is_ending_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace gt
