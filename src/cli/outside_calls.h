/// Calls of servers and databases that tasks wait for: a few at once, so that one that hangs holds
/// up nobody else.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/watcher.h"

namespace gt {

/// Threads: one, but for the calls, each of which has its own.
class OutsideCalls {
 public:
  static constexpr std::size_t calls_max = 16;
  /// To one server, or one database.
  static constexpr std::size_t calls_per_place_max = 4;
  static constexpr Duration call_time_max = std::chrono::seconds(20);
  static constexpr std::size_t answer_bytes_max = std::size_t{1} << 20U;

  /// `wake` is called, by the thread of a call, when take() has something. `ca_file`: see HttpCall.
  OutsideCalls(std::string ca_file, std::function<void()> wake)
      : ca_file_(std::move(ca_file)), wake_(std::move(wake)) {}
  /// Ends calls that go on.
  ~OutsideCalls();
  OutsideCalls(const OutsideCalls&) = delete;
  OutsideCalls& operator=(const OutsideCalls&) = delete;

  /// In its turn, an HttpWanted or a RowWanted; not at all if the condition is gone by then.
  void ask(WatchId watch, const std::shared_ptr<const OutsideCondition>& condition);
  /// Answers since the last call.
  std::vector<WatchEvent> take();

 private:
  struct Waiting {
    WatchId watch = 0;
    std::weak_ptr<const OutsideCondition> condition;
  };
  struct Place {
    std::deque<Waiting> waiting = {};
    std::size_t running = 0;
  };
  struct Running {
    std::string place;
    std::jthread thread;
  };

  void start_waiting();
  bool start_one(const std::string& name, Place& place);
  Look answer_of(const OutsideCondition& condition, const std::stop_token& stop) const;
  void finish(WatchId watch, Look look);

  std::string ca_file_;
  std::function<void()> wake_;
  std::map<std::string, Place> places_;
  /// Who was served last; those behind it are next.
  std::string last_place_;
  std::mutex mutex_;
  std::vector<WatchEvent> finished_;
  std::map<WatchId, Running> running_;  // last: their threads use what stands above
};

}  // namespace gt
