/// Wakes when something is written to logs that are being followed.
#pragma once

#include <map>
#include <string>

#include "base/file.h"

namespace gt {

/// Of folders in one folder, also of such as appear later. Threads: one.
class LogWatch {
 public:
  static Result<LogWatch> open(std::string attempts);
  int fd() const { return fd_.get(); }
  void add(const std::string& folder);
  void remove(const std::string& folder);
  /// Forgets what woke it, and begins to watch folders that have appeared. Call before looking.
  void clear();

 private:
  explicit LogWatch(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
  std::map<std::string, int> watches_;  ///< -1: it was not there yet
};

}  // namespace gt
