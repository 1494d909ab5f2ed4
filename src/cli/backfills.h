/// Backfills that an engine of ours drives: begins their runs, and goes on with those that others
/// have left. Part of the work of a command or a server.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/active_runs.h"
#include "cli/batch_progress.h"
#include "cli/watched_run.h"
#include "cli/wiring.h"
#include "engine/turn_backfill.h"

namespace gt {

/// What is told of them.
struct BackfillTalk {
  Say say;
  std::function<void(const RunRecord& run)> recorded;                  ///< a run that is new
  std::function<void(RunState state, const std::string& line)> ended;  ///< how a run has ended
};

/// Threads: the main one.
class Backfills {
 public:
  /// What is given outlives it. `only`: the one to drive; else all that nobody drives.
  Backfills(Session& session, Records& records, Workshop& workshop, BackfillTalk talk,
            std::optional<BackfillId> only = {});
  ~Backfills();

  /// Takes what has ended, takes over what nobody drives, begins what may begin.
  Result<void> go_on();
  /// Nothing begins any more.
  void stop() { is_stopping_ = true; }
  /// There is a new one.
  void look_again() { has_news_ = true; }
  /// Somebody has rung.
  Result<void> hear(Transaction& reader);
  Result<void> cancel(CancelMode mode, const std::string& who) { return active_.cancel(mode, who); }
  /// Runs that the engine has lost to another one.
  void lost(const Error& conflict) { active_.lost(conflict); }
  void committed(const LiveRun& run, const RunChanges& changes) { active_.committed(run, changes); }

  bool is_driving(BackfillId backfill) const { return driven_.contains(backfill); }
  /// Runs that go on.
  std::size_t active() const { return active_.size(); }
  /// How long go_on() may be put off when nothing happens.
  Duration interval() const;

  /// Of `only`, once it has had its turn.
  const BackfillTurn* last_turn() const { return last_turn_ ? &*last_turn_ : nullptr; }
  /// Of the runs that go on.
  std::vector<BatchLine> lines() const;

 private:
  struct Driven;

  void take_ended();
  Result<void> take_up();
  Result<bool> take_up(const BackfillRecord& backfill);
  Result<void> turn(Driven& driven);
  Result<void> adopt(Driven& driven);
  Result<NewRun> look(const BackfillRecord& backfill);
  void tell(const BackfillTurn& turn, BackfillState before);

  Session& session_;
  Records& records_;
  Workshop& workshop_;
  BackfillTalk talk_;
  const std::optional<BackfillId> only_;
  BackfillStore backfills_;
  std::map<BackfillId, std::unique_ptr<Driven>> driven_;
  ActiveRuns active_;
  std::optional<BackfillTurn> last_turn_;
  /// By the steady clock: when it looked last.
  Duration looked_at_{};
  bool has_news_ = true, is_stopping_ = false;
};

}  // namespace gt
