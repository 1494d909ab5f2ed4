/// Logs that clients follow: what attempts write goes to their streams as it is written.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "net/event_stream.h"

namespace gt {

/// One thread for all that are followed, which begins with the first one. Threads: any.
class LogFeed {
 public:
  /// `attempts`: the folder of the attempts' folders.
  explicit LogFeed(std::string attempts);
  ~LogFeed();

  /// The log of the attempt in `folder` from the byte `offset` on. The stream ends when the attempt
  /// has ended, or `is_over` says so, and all was sent. A client that reads slowly gets it slowly.
  /// Errc::exhausted: no threads or descriptors.
  Result<std::shared_ptr<EventStream>> follow(const std::string& folder, std::int64_t offset,
                                              std::function<bool()> is_over);
  /// Streams get their end.
  void stop();

 private:
  struct Followed;
  Result<void> begin();
  void run(const std::stop_token& stop);
  void ring();

  const std::string attempts_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Followed>> new_;
  UniqueFd bell_;
  std::jthread thread_;
};

}  // namespace gt
