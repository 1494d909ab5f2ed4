/// A watcher over a world that a test makes up, by a simulated clock.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "engine/watcher.h"

namespace gt {

/// Threads: one.
class SimulatedWatcher final : public Watcher {
 public:
  /// What is there when somebody looks.
  using Outside = std::function<Look(const OutsideCondition&)>;

  SimulatedWatcher(Clock& clock, Outside outside) : clock_(clock), outside_(std::move(outside)) {}

  void watch(WatchId watch, OutsideCondition condition) override;
  void forget(WatchId watch) override;
  std::vector<WatchEvent> poll() override;

  /// When the next look is due; nullopt: nothing is looked for any more.
  std::optional<Time> next_event() const;
  /// How many are watched, found ones that nobody has forgotten included.
  std::size_t watched() const { return watches_.size(); }
  std::int64_t looks() const { return looks_; }

 private:
  /// By the steady clock, whoever sets the other one.
  Time now() const { return Time(clock_.steady()); }

  Clock& clock_;
  Outside outside_;
  std::map<WatchId, OutsideCondition> watches_;
  std::multimap<Time, WatchId> agenda_;
  std::int64_t looks_ = 0;
};

}  // namespace gt
