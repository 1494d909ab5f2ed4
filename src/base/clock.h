/// Time comes through a Clock, so that tests and simulations decide what time it is.
#pragma once

#include <chrono>
#include <cstdint>

namespace gt {

using Duration = std::chrono::microseconds;
/// An instant, µs since 1970-01-01 UTC; stored as such an int64 everywhere.
using Time = std::chrono::sys_time<Duration>;

constexpr std::int64_t to_microseconds(Time time) { return time.time_since_epoch().count(); }
constexpr Time from_microseconds(std::int64_t value) { return Time(Duration(value)); }

/// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  /// The wall clock. May jump; for records and deadlines that outlive the process.
  virtual Time now() = 0;
  /// A clock that never goes back, from an arbitrary origin; for measuring.
  virtual Duration steady() = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() override;
  Duration steady() override;
};

/// Moves only when told.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Time start = from_microseconds(1'700'000'000'000'000)) : now_(start) {}
  Time now() override { return now_; }
  Duration steady() override { return now_.time_since_epoch() + steady_offset_; }
  void advance(Duration by) { now_ += by; }
  /// The wall clock jumps, the steady one does not notice.
  void jump(Duration by) {
    now_ += by;
    steady_offset_ -= by;
  }

 private:
  Time now_;
  Duration steady_offset_{0};
};

}  // namespace gt
