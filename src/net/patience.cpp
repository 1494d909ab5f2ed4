#include "net/patience.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

struct Patience::Parts {
  struct Wake {
    int fd;
    void operator()() const { (void)::eventfd_write(fd, 1); }
  };

  Duration time_max = {};
  Duration end = {};
  UniqueFd stopped = {};
  // Behind the descriptor that it writes to, so that it is gone before.
  std::optional<std::stop_callback<Wake>> callback = {};
};

Patience::Patience(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Patience::Patience(Patience&&) noexcept = default;
Patience& Patience::operator=(Patience&&) noexcept = default;
Patience::~Patience() = default;

Result<Patience> Patience::start(Duration time_max, std::stop_token stop) {
  UniqueFd stopped(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stopped) return errno_error(errno, "waiting for a connection");
  auto parts = std::make_unique<Parts>();
  parts->time_max = time_max;
  parts->end = SystemClock().steady() + time_max;
  parts->callback.emplace(std::move(stop), Parts::Wake{stopped.get()});
  parts->stopped = std::move(stopped);
  return Patience(std::move(parts));
}

Duration Patience::left() const {
  return std::max(parts_->end - SystemClock().steady(), Duration::zero());
}

Result<void> Patience::await(int fd, short events) { return await(fd, events, parts_->time_max); }

Result<void> Patience::await(int fd, short events, Duration at_most) {
  const Duration end = std::min(parts_->end, SystemClock().steady() + at_most);
  for (;;) {
    std::array<pollfd, 2> both = {
        pollfd{.fd = fd, .events = events, .revents = 0},
        pollfd{.fd = parts_->stopped.get(), .events = POLLIN, .revents = 0}};
    const auto left = std::max(end - SystemClock().steady(), Duration::zero());
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const int ready = ::poll(both.data(), both.size(),
                             static_cast<int>(std::min<std::int64_t>(milliseconds, 60'000)));
    if (ready < 0 && errno != EINTR) return errno_error(errno, "waiting for a connection");
    if (ready > 0 && both[1].revents != 0) return error(Errc::cancelled, "it was asked to stop");
    if (ready > 0) return {};
    if (ready == 0 && SystemClock().steady() >= end)
      return error(Errc::unavailable, "no answer within {}",
                   format_duration(std::min(at_most, parts_->time_max)));
  }
}

}  // namespace gt
