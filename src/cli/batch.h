/// Many runs of one command, driven by one engine that shares its slots among them.
///
/// All of them are recorded before the first begins, with a batch id in common; whatever happens
/// then, `attach --batch` finds those that have not ended. In memory are at most `max_active` at
/// once; of the others only their records.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/batch_progress.h"
#include "cli/watched_run.h"
#include "cli/wiring.h"

namespace gt {

enum class BatchStart : std::uint8_t {
  begin,      ///< it was recorded by us and has not begun
  take_over,  ///< its engine is gone
  reopen,     ///< it has ended, and what did not succeed is done again
};

struct BatchRun {
  RunRecord run;
  std::string label;  ///< its parameters that others have otherwise: "month=3"
  BatchStart start = BatchStart::begin;
  std::optional<Digest> request = {};  ///< for the short way of runs with nothing to do
};

struct BatchOptions {
  std::size_t max_active = 1;
  bool fail_fast = false;  ///< the first that fails cancels the others
};

/// How a run of it ended.
struct BatchEnd {
  RunId run = 0;
  std::string label;
  Tally tally;
};

/// Owner: the command. Threads: the main one.
class Batch final : public DrivenWork, public RunObserver {
 public:
  /// What is given outlives it. `pipelines` are those that are read already, by plan version.
  Batch(Session& session, Records& records, Workshop& workshop, BatchProgress& progress,
        std::vector<BatchRun> runs, BatchOptions options);
  ~Batch() override;

  /// Spares reading the text of that version again.
  void know(const std::string& plan_version, std::shared_ptr<const Pipeline> pipeline);

  Result<bool> go_on() override;
  Result<void> lost(Error conflict) override;
  Result<void> cancel(CancelMode mode, const std::string& who) override;
  Result<void> hear(Transaction& reader) override;
  void say(const std::string& line) override { progress_.say(line); }
  void tick(Time now) override;
  std::optional<Duration> interval() const override;
  void committed(const LiveRun& run, const RunChanges& changes) override;
  void queued(const LiveRun& run, const std::vector<RunRecord>& before) override;
  void waits(const LiveRun& run, TaskIndex task, const std::string& pool) override;

  /// In the order of ending.
  const std::vector<BatchEnd>& ends() const { return ends_; }

 private:
  struct Active;

  bool may_start() const;
  Result<void> start(BatchRun& one);
  Result<bool> start_the_short_way(BatchRun& one);
  Result<std::shared_ptr<const Plan>> plan_of(const RunRecord& run);
  Result<void> take_ended();
  Result<bool> was_cancelled(const BatchRun& one);
  Result<void> cancel_rest();
  void tell_end(const BatchRun& one, const RunRecord& run, const Tally& tally);

  Session& session_;
  Records& records_;
  Workshop& workshop_;
  BatchProgress& progress_;
  std::deque<BatchRun> waiting_;
  BatchOptions options_;
  BatchCounts counts_;
  bool is_stopping_ = false;
  std::map<std::string, std::shared_ptr<const Pipeline>> pipelines_;
  std::map<RunId, std::unique_ptr<Active>> active_;
  PoolWaits pool_waits_;
  std::vector<BatchEnd> ends_;
};

/// "month=3 region=eu" for each run: the parameters that are not equal in all.
std::vector<std::string> labels_of(const std::vector<RunRecord>& runs);

}  // namespace gt
