#include "base/entropy.h"

#include <sys/random.h>

#include "base/result.h"

namespace gt {

std::uint64_t SystemEntropy::next64() {
  std::uint64_t value = 0;
  GT_CHECK(getrandom(&value, sizeof value, 0) == sizeof value, "the kernel gives random bytes");
  return value;
}

std::uint64_t SeededEntropy::next64() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace gt
