/// Prints an attempt's log, and goes on doing so until the attempt ends.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "cli/console.h"

namespace gt {

/// Threads: one.
class LogPrinter {
 public:
  enum class Times { none, shown };
  LogPrinter(Console& console, std::string folder, Times times, Time began_at)
      : console_(console), folder_(std::move(folder)), times_(times), began_at_(began_at) {}

  /// Prints what has come since the last call; no error if there is no log yet.
  Result<void> print_new();
  /// The same, and the beginning of a line that nobody ended.
  Result<void> print_rest();

 private:
  Result<void> print(std::string_view bytes);

  Console& console_;
  std::string folder_;
  Times times_;
  Time began_at_;
  UniqueFd log_;
  std::int64_t offset_ = 0;
  std::string rest_;  ///< of a line that is not whole, when times are shown
};

/// Wakes when something in a folder changes, also when the folder appears later.
class FolderWatch {
 public:
  static Result<FolderWatch> open(std::string folder);
  int fd() const { return fd_.get(); }
  /// Forgets what woke it, and begins to watch a folder that has appeared.
  void clear();

 private:
  FolderWatch(UniqueFd fd, std::string folder) : fd_(std::move(fd)), folder_(std::move(folder)) {}
  void watch();

  UniqueFd fd_;
  std::string folder_;
};

}  // namespace gt
