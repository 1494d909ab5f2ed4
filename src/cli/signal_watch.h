/// Signals as something to poll(2) on.
#pragma once

#include <csignal>
#include <optional>

#include "base/file.h"
#include "base/result.h"

namespace gt {

/// SIGINT, SIGTERM, SIGHUP and SIGWINCH come here instead of ending the program, as long as this
/// lives; those that the caller of the program ignores stay ignored. Open it before threads are
/// made, so that none of them takes a signal away. Threads: one.
class SignalWatch {
 public:
  static Result<SignalWatch> open();
  ~SignalWatch();
  SignalWatch(SignalWatch&& other) noexcept;
  SignalWatch& operator=(SignalWatch&&) = delete;

  int fd() const { return fd_.get(); }
  /// The next one; nullopt when there is none now.
  std::optional<int> next();

 private:
  SignalWatch(UniqueFd fd, sigset_t before) : fd_(std::move(fd)), before_(before) {}
  UniqueFd fd_;
  sigset_t before_;
};

}  // namespace gt
