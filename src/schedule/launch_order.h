/// Which run may launch next, when several share the slots of an engine.
#pragma once

#include <optional>
#include <span>

#include "run/claim.h"
#include "schedule/slots.h"

namespace gt {

/// The task that a run would launch next.
struct LaunchWish {
  RunId run = 0;
  TaskIndex task = no_task;
  Resources wanted;
  double cpu_in_use = 0;  ///< by the run
  Priority priority = {};
  Time since{};                  ///< when it became ready
  const Claim* claim = nullptr;  ///< none if it claims nothing
};

/// Higher priorities come first. Among equals, the run that has the fewest CPU slots in use comes
/// first, then the older one: so every run gets its share, and runs that cannot all have one end
/// one after the other.
///
/// The task whose turn it is is overtaken only by a higher priority when it does not fit yet: slots
/// are kept free for it, so a large one cannot starve behind small ones. Deciding only.
class LaunchOrder {
 public:
  /// The place of the wish that is to be fulfilled now; nullopt: none fits before something ends.
  std::optional<std::size_t> choose(std::span<const LaunchWish> wishes, const Slots& used,
                                    const Capacity& capacity);

 private:
  RunId next_run_ = 0;
  TaskIndex next_task_ = no_task;  ///< for which slots are kept free
};

}  // namespace gt
