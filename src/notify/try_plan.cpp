#include "notify/try_plan.h"

#include <algorithm>

namespace gt {

namespace {

constexpr Duration first_delay = std::chrono::seconds(10), delay_max = std::chrono::hours(1);

}  // namespace

std::optional<Time> next_try(std::uint32_t tries, Time now) {
  if (tries >= tries_max) return std::nullopt;
  Duration delay = first_delay;
  for (std::uint32_t i = 1; i < tries && delay < delay_max; ++i) delay *= 2;
  return now + std::min(delay, delay_max);
}

std::vector<std::size_t> choose_receivers(std::span<const ReceiverKey> due, const SendingNow& now) {
  std::size_t places = sends_max - std::min(sends_max, now.busy.size());
  const auto doubtful_busy = static_cast<std::size_t>(
      std::ranges::count_if(now.busy, [&](const auto& key) { return now.doubtful.contains(key); }));
  std::size_t doubtful_places = sends_max / 2 - std::min(sends_max / 2, doubtful_busy);
  std::vector<std::size_t> chosen;
  // Who answers comes first.
  for (const bool is_doubtful : {false, true})
    for (std::size_t i = 0; i < due.size() && places > 0; ++i) {
      if (now.doubtful.contains(due[i]) != is_doubtful || now.busy.contains(due[i])) continue;
      if (is_doubtful && doubtful_places == 0) break;
      if (is_doubtful) --doubtful_places;
      --places;
      chosen.push_back(i);
    }
  return chosen;
}

}  // namespace gt
