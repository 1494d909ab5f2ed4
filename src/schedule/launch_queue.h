/// The tasks of one run that may be launched, in the order in which they are to be.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "run/claim.h"
#include "run/task.h"

namespace gt {

/// Tasks that claim the same stand in one lane; whoever waits for a pool holds up its lane only.
/// Within a lane: by priority, then first come, first served. Deciding only.
class LaunchQueue {
 public:
  struct Entry {
    TaskIndex task = no_task;
    std::int64_t priority = 0;
    std::int64_t place = 0;  ///< the smaller, the earlier
    Time since{};            ///< when it came
  };

  void push_back(TaskIndex task, const Claim& claim, std::int64_t priority, Time now);
  /// Before all others of its priority.
  void push_front(TaskIndex task, const Claim& claim, std::int64_t priority, Time now);

  /// The first of all lanes that do not wait. `is_ready` says whether an entry is to be launched at
  /// all; others are dropped.
  const Entry* front(const std::function<bool(TaskIndex)>& is_ready);
  /// Of the lane of front().
  const Claim& claim() const { return lanes_[front_lane_].claim; }
  /// Takes it out, and says which it was.
  TaskIndex pop_front();
  /// The lane of front() waits until ask_again().
  void refuse_front(bool is_outranked, Time now);
  void ask_again();

  struct Refused {
    Entry entry;
    const Claim* claim = nullptr;
    /// Since when only the turn of others was in its way.
    std::optional<Time> outranked_since;
  };
  /// The heads of lanes that were refused what they claim.
  std::vector<Refused> refused(const std::function<bool(TaskIndex)>& is_ready);
  /// Of front(), if it was refused before for that reason alone.
  std::optional<Time> outranked_since() const { return lanes_[front_lane_].outranked_since; }
  void clear();

 private:
  struct Lane {
    Claim claim;
    /// Higher priorities first.
    std::map<std::int64_t, std::deque<Entry>, std::greater<>> entries;
    TaskIndex refused = no_task;  ///< the head, if it was
    bool waits = false;
    std::optional<Time> outranked_since = {};
  };

  Lane& lane_of(const Claim& claim);
  static Entry* head(Lane& lane, const std::function<bool(TaskIndex)>& is_ready);
  static void pop(Lane& lane);

  std::deque<Lane> lanes_;  ///< references to claims stay
  std::size_t front_lane_ = 0;
  std::int64_t first_place_ = 0, last_place_ = 0;
};

}  // namespace gt
