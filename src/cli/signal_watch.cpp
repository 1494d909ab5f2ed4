#include "cli/signal_watch.h"

#include <cerrno>
#include <sys/signalfd.h>
#include <unistd.h>

namespace gt {

Result<SignalWatch> SignalWatch::open() {
  sigset_t wanted, before;
  sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaddset(&wanted, signal);
  const int problem = ::pthread_sigmask(SIG_BLOCK, &wanted, &before);
  if (problem != 0) return errno_error(problem, "blocking signals");
  UniqueFd fd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return errno_error(errno, "making a signalfd");
  return SignalWatch(std::move(fd), before);
}

SignalWatch::SignalWatch(SignalWatch&& other) noexcept
    : fd_(std::move(other.fd_)), before_(other.before_) {}

SignalWatch::~SignalWatch() {
  if (!fd_) return;
  // What came last was meant for what is over now.
  while (next()) {
  }
  (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> SignalWatch::next() {
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace gt
