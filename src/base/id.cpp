#include "base/id.h"

#include <fmt/format.h>

namespace gt {

std::string make_uuid(Time now, Entropy& entropy) {
  const auto milliseconds = static_cast<std::uint64_t>(to_microseconds(now) / 1000);
  const std::uint64_t high = (milliseconds << 16) | 0x7000U | (entropy.next64() & 0x0fffU);
  const std::uint64_t low = (entropy.next64() & 0x3fffffffffffffffU) | 0x8000000000000000U;
  return fmt::format("{:016x}{:016x}", high, low);
}

}  // namespace gt
