/// An executor whose world is a table: attempts take simulated time and end as a function says, by
/// a seed. The twin of the real ones in tests and benchmarks; it outlives simulated crashes of the
/// engine, as a real world would.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "execute/executor.h"

namespace gt {

/// How one attempt goes.
struct SimulatedCourse {
  Duration until_started{0};
  Duration until_ended{0};  ///< from its start
  std::variant<AttemptSucceeded, AttemptFailed> outcome;
};

/// Threads: one.
class SimulatedExecutor final : public Executor {
 public:
  using Behaviour = std::function<SimulatedCourse(const Launch&)>;

  SimulatedExecutor(Clock& clock, ExecutorLimits limits, Behaviour behaviour)
      : clock_(clock), limits_(limits), behaviour_(std::move(behaviour)) {}

  void start(Launch launch) override;
  void adopt(Launch launch) override;
  std::vector<AttemptEvent> poll() override;
  void acknowledge(std::span<const AttemptId> attempts) override;
  void stop(const AttemptId& attempt, StopMode mode) override;
  ExecutorLimits limits() const override { return limits_; }
  bool has_ended(const std::string& outside_name) override;

  /// When poll() will have something to tell that it has not now; nullopt: never, as things are.
  std::optional<Time> next_event() const;
  std::int64_t attempts_started() const { return started_; }
  /// A task had two attempts at once, or an attempt ran twice: the promise that must never break.
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Attempt {
    Time start_at;
    Time end_at;
    std::variant<AttemptSucceeded, AttemptFailed> outcome;
    bool start_told = false;
    std::string outside_name = {};
  };

  /// Attempts take their time by the steady clock, whoever sets the other one.
  Time now() const { return Time(clock_.steady()); }
  Time by_wall_clock(Time steady) const { return clock_.now() + (steady - now()); }

  Clock& clock_;
  ExecutorLimits limits_;
  Behaviour behaviour_;
  std::map<AttemptId, Attempt> attempts_;
  /// When something becomes known, and of whom; entries of attempts that were stopped are stale.
  std::multimap<Time, AttemptId> agenda_;
  /// Ended and not acknowledged, in order of their end.
  std::vector<AttemptId> ended_;
  std::map<std::pair<RunId, TaskIndex>, std::uint32_t> numbers_;
  std::int64_t started_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace gt
