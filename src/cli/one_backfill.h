/// One backfill that a command drives until its end, with its progress.
#pragma once

#include "cli/backfills.h"
#include "cli/engaged.h"

namespace gt {

/// How the drive of a backfill came to its end.
enum class BackfillLeft : std::uint8_t {
  ended,
  paused,  ///< by Ctrl-C: none of its runs is left
  runs,    ///< at once: what runs goes on without an engine
};

/// Owner: the command. Threads: the main one.
class OneBackfill final : public DrivenWork, public RunObserver {
 public:
  /// What is given outlives it. `backfill` may be ours, or nobody's.
  OneBackfill(Session& session, Records& records, Workshop& workshop, BatchProgress& progress,
              BackfillId backfill);

  Result<bool> go_on() override;
  Result<void> lost(Error conflict) override;
  Result<void> cancel(CancelMode mode, const std::string& who) override;
  Result<void> interrupted(int signal, unsigned count) override;
  Result<void> hear(Transaction& reader) override { return backfills_.hear(reader); }
  void say(const std::string& line) override { progress_.say(line); }
  void tick(Time now) override;
  std::optional<Duration> interval() const override;
  void committed(const LiveRun& run, const RunChanges& changes) override {
    backfills_.committed(run, changes);
  }
  void queued(const LiveRun& run, const std::vector<RunRecord>& before) override;
  void waits(const LiveRun& run, TaskIndex task, const std::string& pool) override;

  BackfillLeft left() const { return left_; }

 private:
  Records& records_;
  Workshop& workshop_;
  BatchProgress& progress_;
  const BackfillId id_;
  Backfills backfills_;
  PoolWaits pool_waits_;
  bool is_pausing_ = false, is_leaving_ = false;
  BackfillLeft left_ = BackfillLeft::ended;
};

/// The same from begin to end: drives it, and prints what it has come to. Errors as drive(), with
/// the way on as a hint; Errc::conflict if another geartrain drives it.
Result<ExitCode> drive_backfill(Session& session, Records& records, Engaged& engaged,
                                BackfillId backfill, const OutputForm& output);

}  // namespace gt
