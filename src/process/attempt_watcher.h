/// Notices the end of attempts whose shims report to somebody else.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace gt {

/// Hints only: whoever is told a name looks into the attempt's folder. The end of an attempt is
/// seen by its lock file, which is closed then (inotify), the death of its shim by a pidfd;
/// where one of them cannot be had (limits, a shim of another process namespace), by looking again
/// after a while. Threads: one.
class AttemptWatcher {
 public:
  static Result<AttemptWatcher> open();
  /// Watches nothing; open() makes one that does.
  AttemptWatcher() = default;

  /// What happens after this call is told; the caller looks once more for what happened before.
  void watch(const std::string& name, const std::string& folder);
  /// By looking again after a while alone: for what no event can be expected of.
  void watch_by_time(const std::string& name);
  void forget(const std::string& name);

  /// Readable when poll() has something to tell.
  int event_fd() const { return epoll_.get(); }
  /// Attempts that may have ended. They stay watched until forget().
  std::vector<std::string> poll();

 private:
  struct Watch {
    UniqueFd shim = {};
    std::uint64_t shim_source = 0;
    int folder = -1;
    bool by_time = false;
  };

  void set_timer();
  void read_folders(std::vector<std::string>& names);
  void read_timer(std::vector<std::string>& names);

  UniqueFd epoll_;
  UniqueFd folders_;
  UniqueFd timer_;
  bool is_timer_set_ = false;
  std::map<std::string, Watch> watches_;
  std::unordered_map<int, std::string> by_folder_;
  std::unordered_map<std::uint64_t, std::string> by_shim_;
  std::uint64_t next_source_ = 0;
};

}  // namespace gt
