/// When a notification that was not taken is sent again, and who is sent to next. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace gt {

/// So many, about a day: after 10 seconds, then each time after twice as long, at most an hour.
inline constexpr std::uint32_t tries_max = 32;

/// After the `tries`-th try, which has just failed; nullopt: it was the last one.
std::optional<Time> next_try(std::uint32_t tries, Time now);

/// A receiver of a project: its file names it.
using ReceiverKey = std::pair<std::string, std::string>;

/// Who is being sent to, and who has not taken what came last.
struct SendingNow {
  std::set<ReceiverKey> busy;
  std::set<ReceiverKey> doubtful;
};

/// At how many receivers something may be on its way at once.
inline constexpr std::size_t sends_max = 8;

/// Which of `due`, in their order, are to be sent to now: one thing at a time each, and those that
/// have not answered never take more than half of the places, so that they hold up nobody else.
std::vector<std::size_t> choose_receivers(std::span<const ReceiverKey> due, const SendingNow& now);

}  // namespace gt
