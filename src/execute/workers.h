/// A few threads that take what would hold up the engine: files, environments.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"

namespace gt {

/// Threads: any.
class Workers {
 public:
  Workers() = default;
  /// Once. Errc::exhausted if there is not even one thread to be had.
  Result<void> start(unsigned threads);
  /// Does what was posted, then ends.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void post(std::function<void()> job);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool is_ending_ = false;
  std::vector<std::jthread> threads_;  // last: they use what stands above
};

}  // namespace gt
