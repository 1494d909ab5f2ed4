/// What attempts share across the runs and engines of a home: slots of pools, and GPUs by device.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "definition/pipeline.h"
#include "run/task.h"

namespace gt {

/// A named number of slots; 0: closed, everything waits.
struct Pool {
  std::string name;
  std::int64_t slots = 0;
  std::string description;
};

/// What a step wants besides the slots of its engine.
struct Claim {
  std::vector<PoolSlots> pools;  ///< each pool once
  std::uint32_t gpus = 0;

  bool empty() const { return pools.empty() && gpus == 0; }
  bool operator==(const Claim&) const = default;
};

Claim claim_of(const Step& step);

/// Higher first; the run's counts before the step's.
struct Priority {
  std::int64_t run = 0;
  std::int64_t step = 0;
  auto operator<=>(const Priority&) const = default;
};

/// A task that is next in its run, and waits for what it claims.
struct ClaimWait {
  std::int64_t task = 0;  ///< its key (run/task.h)
  std::string engine;     ///< that drives the run
  Priority priority;
  Time since{};
  /// Its engine would start it at once; if not, others need not wait for it.
  bool is_ready = true;
  Claim claim;
  std::vector<std::string> devices;  ///< the GPUs that its engine has
};

struct HeldSlots {
  std::string pool;
  std::int64_t task = 0;
  std::int64_t slots = 0;
};

struct HeldGpu {
  std::string device;
  std::int64_t task = 0;
};

/// All claims of a home at one moment.
struct ClaimLedger {
  std::vector<Pool> pools;
  std::vector<HeldSlots> slots;
  std::vector<HeldGpu> gpus;
  std::vector<ClaimWait> waits;
};

/// As the store keeps them: separated by commas.
std::string devices_text(const std::vector<std::string>& devices);
std::vector<std::string> devices_of(std::string_view text);

/// As the store keeps it: {"pools": {"db": 1}, "gpu": 1}.
std::string claim_text(const Claim& claim);
Result<Claim> parse_claim(const std::string& text);

}  // namespace gt
