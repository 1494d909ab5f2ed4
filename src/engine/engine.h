/// The loop: look, decide, commit, act.
///
/// Any number of engines may share a home; each run has one owner with a fencing number, and a
/// commit with a stale one is refused. An engine that loses a commit forgets what it believed and
/// resumes from the store. Restart is the only recovery path.
///
/// Threads: all methods are called by one thread; wake() from any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "cache/cache.h"
#include "db/database.h"
#include "engine/observer.h"
#include "engine/step_facts.h"
#include "engine/watcher.h"
#include "execute/executor.h"
#include "run/claim_store.h"
#include "run/run_store.h"
#include "schedule/launch_order.h"
#include "schedule/live_run.h"

namespace gt {

/// Where a run's files are, and what is to be known of them.
struct RunPlace {
  StepFacts& facts;
  std::string root;  ///< absolute; steps' working directory
};

/// How an attempt asks the API of the server that drives it.
struct ApiAccess {
  std::string url;
  std::string token;
};

/// What an engine works with; owned by wiring, outlives the engine.
struct EngineParts {
  Database& database;
  RunStore& runs;
  Cache& cache;
  Executor& executor;
  Watcher& watcher;
  StepFacts& facts;  ///< of `project_root`
  Clock& clock;
  Entropy& entropy;
  RunObserver* observer = nullptr;
  /// Told after a commit that others may wait for (a run's state, a task's end).
  std::function<void()> announce = [] {};
  /// Of a run that uses a pushed version. Errors: not_found (its files are gone).
  std::function<Result<RunPlace>(const RunRecord&)> place_of_version = {};
  /// nullopt where no server listens.
  std::function<std::optional<ApiAccess>(const RunRecord&, const AttemptId&)> access_of = {};
};

struct EngineSettings {
  std::string engine_id;
  Capacity capacity;
  std::string project_root;            ///< absolute; steps' working directory
  std::string home;                    ///< absolute; attempts' folders are below
  std::vector<std::string> gpus = {};  ///< devices that attempts may be given
};

class Engine {
 public:
  Engine(EngineParts parts, EngineSettings settings);
  ~Engine();

  /// Begins a run that the store has created and this engine owns.
  Result<void> begin(const RunRecord& run, std::shared_ptr<const Plan> plan, Selection selection);
  /// Goes on with a run whose owner is gone (this engine has claimed it): adopts its attempts.
  Result<void> take_over(RunId run, std::shared_ptr<const Plan> plan, Selection selection);
  /// Re-opens an ended run that this engine has claimed: what did not succeed is done again.
  Result<void> reopen(RunId run, std::shared_ptr<const Plan> plan, Selection selection,
                      const std::string& who);
  /// Errc::not_found when this engine does not drive the run.
  Result<void> request_cancel(RunId run, CancelMode mode, const std::string& who);
  /// Forgets a run that has ended and is recorded so, with all that it takes of memory.
  void forget(RunId run);
  /// Takes up what people have asked of the run in the store: a pause, tasks to be done again or
  /// marked, approvals. Answers are written with what follows from them.
  Result<void> take_requests(RunId run);
  /// An environment has been made, or could not be: tasks that wait for one are looked at again.
  void environments_changed();
  /// Slots of pools may have become free, or a pool has another size: what waits asks again.
  void claims_changed() { claims_changed_ = true; }

  /// One turn over all runs: what they change is one commit, and slots are shared among them.
  /// Errc::conflict: a run has another owner now and is forgotten, the others go on. Other errors
  /// are such that trying again at once does not heal (a full disk): nothing is lost, the engine
  /// has forgotten what was not committed, and running attempts go on.
  Result<void> turn();
  /// When turn() is to be called although nothing wakes the engine; nullopt: only when woken.
  std::optional<Time> next_turn() const;
  /// No run is open.
  bool is_idle() const;
  /// A run that this engine drives or drove; nullptr if it knows none of that id.
  const LiveRun* find(RunId run) const;
  /// This engine drove the run from its beginning, and every result came from the cache or is in
  /// it.
  bool keeps_all_results(RunId run) const;

 private:
  struct ActiveRun;
  struct Question;
  struct ClaimTurn;
  using Watches = std::unordered_map<TaskIndex, WatchId>;

  Result<void> activate(RunId run, std::shared_ptr<const Plan> plan, Selection selection);
  // engine_queue.cpp
  void start(ActiveRun& active, Time now);
  Result<void> start_queued(Time now);
  std::optional<Time> next_queue_look() const;
  Result<void> obey_pause(ActiveRun& active, Transaction& reader);

  void notice_clock(Time now);
  Result<void> reload(ActiveRun& active);
  void apply_events(Time now);
  Result<void> settle(ActiveRun& active, Time now);
  Result<void> launch_ready(std::optional<ClaimTurn>& claims, Time now);
  Result<void> commit(Time now);
  Result<void> write(const std::vector<ActiveRun*>& changed, std::optional<ClaimTurn>& claims,
                     Time now);
  Result<void> write(ActiveRun& active, Transaction& transaction, Time now);

  // engine_claims.cpp
  void let_ask_again(Time now);
  Slots slots_in_use() const;
  Result<ClaimTurn> begin_claims();
  /// Devices of a claim that was granted; nullopt for one that has to wait, or failed.
  Result<std::optional<std::vector<std::string>>> claim(ActiveRun& active, const LaunchWish& wish,
                                                        std::optional<ClaimTurn>& claims, Time now);
  Result<bool> free_ended_claims(ClaimTurn& claims);
  void note_waits(Time now);
  Result<void> write_waits(ActiveRun& active, Transaction& transaction);
  ClaimWait wait_of(const LaunchWish& wish, bool is_ready) const;
  // engine_watches.cpp
  void apply_looks(Time now);
  void follow_waits(ActiveRun& active, const RunChanges& changes);
  void follow_wait(ActiveRun& active, TaskIndex task, bool has_begun);
  Result<OutsideCondition> condition_of(const ActiveRun& active, TaskIndex task) const;
  void forget_watch(ActiveRun& active, Watches::iterator watch);
  void forget_watches(ActiveRun& active);

  std::optional<Error> drop_lost();
  void act();
  Result<void> answer_lookups(ActiveRun& active, const std::vector<TaskIndex>& lookups, Time now);
  std::optional<KeyAnswer> answer_at_once(ActiveRun& active, TaskIndex task,
                                          std::vector<Question>& questions);
  Result<void> ask_cache(ActiveRun& active, Transaction& reader, std::vector<Question> questions,
                         Time now);
  Result<void> keep_result(ActiveRun& active, Transaction& transaction, const AttemptClosed& closed,
                           RunChanges& changes, Time now);
  Result<RunPlace> place_of(const ActiveRun& active) const;
  void launch(ActiveRun& active, const AttemptId& attempt, bool is_adopted);

  EngineParts parts_;
  EngineSettings settings_;
  LaunchOrder order_;
  ClaimStore claims_;
  bool turn_again_ = false;
  bool claims_changed_ = false;
  /// When what waits for pools asks again although no bell was rung.
  std::optional<Time> claims_again_at_;
  /// When runs that wait for others of their pipeline are looked at again; none: now.
  std::optional<Time> queue_again_at_;
  std::map<RunId, std::unique_ptr<ActiveRun>> active_;
  /// What the watcher looks for, and for whom.
  std::unordered_map<WatchId, std::pair<RunId, TaskIndex>> watched_;
  WatchId last_watch_ = 0;
  /// When the steady clock began, by the wall clock of the last turn.
  std::optional<Duration> steady_origin_;
};

}  // namespace gt
