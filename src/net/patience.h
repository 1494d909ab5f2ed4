/// How long a conversation with another machine may take, and who may end it before.
#pragma once

#include <memory>
#include <stop_token>

#include "base/clock.h"
#include "base/result.h"

namespace gt {

/// Threads: one, but for who asks the token to stop.
class Patience {
 public:
  /// From now on. Errc::exhausted: no descriptor is left.
  static Result<Patience> start(Duration time_max, std::stop_token stop = {});
  Patience(Patience&&) noexcept;
  Patience& operator=(Patience&&) noexcept;
  ~Patience();

  /// Until one of poll(2)'s `events` is there, or an end of the connection. Errc::unavailable: the
  /// time is over, or `at_most` of it; cancelled: the token was asked to stop.
  Result<void> await(int fd, short events);
  Result<void> await(int fd, short events, Duration at_most);

  /// What is left of the time; not negative.
  Duration left() const;

 private:
  struct Parts;
  explicit Patience(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace gt
