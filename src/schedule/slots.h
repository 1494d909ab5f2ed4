/// The places that attempts take while they run.
#pragma once

#include <algorithm>
#include <cstdint>

#include "definition/pipeline.h"

namespace gt {

/// What one engine may use at once; `-j` is per engine.
struct Capacity {
  double cpu = 1;
  std::int64_t memory_bytes = 0;  ///< 0: not limited
};

/// What is in use.
struct Slots {
  double cpu = 0;
  std::int64_t memory_bytes = 0;

  /// A step that wants more than there is at all may run when it is alone.
  bool fits(const Resources& wanted, const Capacity& capacity) const {
    const double cpu_wanted = std::min(wanted.cpu, capacity.cpu);
    if (cpu + cpu_wanted > capacity.cpu + 1e-9) return false;
    if (capacity.memory_bytes == 0 || wanted.memory_bytes == 0) return true;
    const std::int64_t memory_wanted = std::min(wanted.memory_bytes, capacity.memory_bytes);
    return memory_bytes + memory_wanted <= capacity.memory_bytes;
  }
  void take(const Resources& wanted) {
    cpu += wanted.cpu;
    memory_bytes += wanted.memory_bytes;
  }
  void take(const Slots& used) {
    cpu += used.cpu;
    memory_bytes += used.memory_bytes;
  }
  void give_back(const Resources& wanted) {
    cpu -= wanted.cpu;
    memory_bytes -= wanted.memory_bytes;
  }
};

}  // namespace gt
