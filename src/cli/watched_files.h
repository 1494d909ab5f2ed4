/// Files that tasks wait for: told by inotify where the system can, looked at again and again where
/// it cannot.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/file.h"
#include "cli/file_arrivals.h"
#include "engine/watcher.h"

namespace gt {

/// Threads: one.
class WatchedFiles {
 public:
  struct Found {
    Look look;
    /// When another look is worth it although nothing is told; nullopt: by the wait's `every`.
    std::optional<Duration> again_in = {};
  };

  explicit WatchedFiles(Clock& clock) : clock_(clock) {}

  /// Errc::invalid for a glob that is none.
  Result<void> add(WatchId watch, const std::string& root, const FilesWanted& wanted);
  /// One that is unknown is ignored.
  void remove(WatchId watch);
  /// Of one that was added.
  Found look(WatchId watch);
  /// Readable when files may have come; -1 where nobody waits, or the system cannot tell.
  int fd() const { return inotify_.get(); }
  /// Those whose files may have changed.
  std::set<WatchId> hear();

 private:
  struct One {
    FileArrivals arrivals;
    std::set<int> folders = {};
  };
  /// A folder that the system watches, by its paths, and for whom.
  struct Folder {
    std::vector<std::string> paths;
    std::set<WatchId> watches;
  };

  bool follow(WatchId watch, One& one, std::string path);
  void lose(int folder, std::set<WatchId>& concerned);

  Clock& clock_;
  UniqueFd inotify_;
  std::unordered_map<WatchId, One> all_;
  std::unordered_map<int, Folder> folders_;
  std::unordered_map<std::string, int> folder_at_;
};

}  // namespace gt
