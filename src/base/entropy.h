/// Chance comes through an Entropy, so that a simulation can be repeated from its seed.
#pragma once

#include <cstdint>

namespace gt {

/// Threads: any for the system's, one for the seeded.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual std::uint64_t next64() = 0;

  /// Uniform in [0, bound); 0 for bound 0. The bias of the modulus is below 2^-32 for bounds under
  /// 2^32.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next64() % bound; }
  /// Uniform in [0, 1).
  double unit() { return static_cast<double>(next64() >> 11) * 0x1.0p-53; }
};

/// getrandom(2).
class SystemEntropy final : public Entropy {
 public:
  std::uint64_t next64() override;
};

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next64() override;

 private:
  std::uint64_t state_;
};

}  // namespace gt
