/// Lets other threads wake a loop that sleeps in poll(2).
#pragma once

#include "base/file.h"
#include "base/result.h"

namespace gt {

/// Threads: ring() from any, the rest from the loop's.
class Wake {
 public:
  static Result<Wake> open();
  /// Readable after ring(), until clear().
  int fd() const { return fd_.get(); }
  void ring() const;
  void clear() const;

 private:
  explicit Wake(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace gt
