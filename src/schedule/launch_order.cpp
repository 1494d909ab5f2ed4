#include "schedule/launch_order.h"

#include <algorithm>
#include <tuple>

namespace gt {

std::optional<std::size_t> LaunchOrder::choose(std::span<const LaunchWish> wishes,
                                               const Slots& used, const Capacity& capacity) {
  if (wishes.empty()) return std::nullopt;
  const auto rank = [this](const LaunchWish& wish) {
    const bool is_next = wish.run == next_run_ && wish.task == next_task_;
    return std::make_tuple(-wish.priority.run, -wish.priority.step, !is_next, wish.cpu_in_use,
                           wish.run);
  };
  const auto best = std::ranges::min_element(wishes, {}, rank);
  if (!used.fits(best->wanted, capacity)) {
    next_run_ = best->run;
    next_task_ = best->task;
    return std::nullopt;
  }
  next_task_ = no_task;
  return static_cast<std::size_t>(best - wishes.begin());
}

}  // namespace gt
