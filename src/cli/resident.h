/// A project whose pipelines begin their runs by themselves, as long as the program lives.
///
/// What has fired and what runs stands in the home's database: a program that ends leaves nothing
/// half done, and the next one, or another one that serves the same project, goes on with it.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cli/active_runs.h"
#include "cli/backfills.h"
#include "cli/event_triggers.h"
#include "cli/git_followers.h"
#include "cli/new_runs.h"
#include "cli/served_projects.h"
#include "cli/server_desk.h"
#include "cli/watched_run.h"
#include "cli/wiring.h"
#include "engine/fire_trigger.h"
#include "server/run_news.h"

namespace gt {

/// Who asks for runs and is told of them, also where no server listens. They outlive the resident.
struct ServerSide {
  ServerDesk& desk;
  RunNews& news;
};

/// Owner: the command. Threads: the main one.
class Resident final : public DrivenWork, public RunObserver {
 public:
  /// What is given outlives it.
  Resident(Session& session, Records& records, Workshop& workshop, ServedProjects& project, Say say,
           ServerSide server);
  ~Resident() override;

  /// Looks after them, too; they outlive the drive.
  void look_after(GitFollowers& followers) { followers_ = &followers; }

  /// Reads the project and takes over what an earlier server left.
  Result<void> begin();

  // For the desk: errors as those of RunDesk.
  /// Of each what became of it. The project is looked at once for all, and they are recorded in one
  /// commit.
  std::vector<Result<BegunRun>> begin_asked(const std::vector<AskedRun>& asked);
  Result<CallAnswer> call(const HeardCall& call);
  Result<void> retry(RunId run, const std::string& who);
  /// False, and nothing is done: an engine drives the run, and is to be asked.
  Result<bool> change(RunId run, const DriverRequest& request);
  Result<ShownBackfill> begin_backfill(const AskedBackfill& asked);
  /// Goes on with a run that nobody drives.
  Result<void> take_up(RunId run);

  /// Says it in the next turn. Threads: any; the caller wakes the drive.
  void say_soon(std::string line);
  /// Looks at the projects again in the next turn. Threads: any; the caller wakes the drive.
  void projects_changed() { are_projects_new_ = true; }

  Result<bool> go_on() override;
  Result<void> lost(Error conflict) override;
  Result<void> cancel(CancelMode mode, const std::string& who) override;
  Result<void> interrupted(int signal, unsigned count) override;
  Result<void> hear(Transaction& reader) override;
  void say(const std::string& line) override { say_(line); }
  void tick(Time) override {}
  std::optional<Duration> interval() const override;
  int fd() const override { return news_fd_.get(); }
  void committed(const LiveRun& run, const RunChanges& changes) override;
  void queued(const LiveRun& run, const std::vector<RunRecord>& before) override;
  void waits(const LiveRun& run, TaskIndex task, const std::string& pool) override;

 private:
  /// Of a trigger: what it was when it was looked at last, and when it is to be looked at again.
  struct Watch {
    std::shared_ptr<const ServedPipeline> pipeline;
    std::size_t trigger;  ///< its index in there
    std::optional<Time> next = {};
    bool is_looked_at = false;
    bool is_paused = false;
  };
  struct Waiting {
    RunRecord run;
    std::shared_ptr<const Pipeline> pipeline;  ///< null: as recorded
    bool is_begun = false;                     ///< by a server that is gone
    bool is_told = false;                      ///< that it waits
    bool is_cancelled = false;                 ///< somebody has asked so since it was recorded
  };
  /// What runs that were asked for at once are made of.
  struct AskedPipeline {
    std::shared_ptr<const ServedPipeline> served;  ///< outlives what is made of it
    std::shared_ptr<const Pipeline> pipeline;
    NewRuns new_runs;
  };
  using TriggerName = std::pair<std::string, std::string>;  ///< pipeline and trigger

  Result<NewRun> new_run_of(const AskedRun& asked, std::map<std::string, AskedPipeline>& pipelines,
                            Time now);
  std::vector<Result<BegunRun>> record_asked(const std::vector<AskedRun>& asked,
                                             std::vector<Result<NewRun>> wanted,
                                             std::map<std::string, AskedPipeline>& pipelines,
                                             Time now);
  Result<BegunRun> record_one(Transaction& writer, const AskedRun& asked, const NewRun& wanted,
                              Time now);
  void say_what_others_said();
  void watch_triggers();
  void listen_for_changes();
  void publish();
  Result<void> look_at_paused(Transaction& reader);
  Result<void> fire_due(Time now);
  Result<void> fire(Watch& watch, Time now);
  /// What engines have committed: ends of runs, versions of assets.
  Result<void> hear_commits();
  Result<void> hear_files();
  /// Lets the runs wait for their turn, and asks those to end that they replace.
  Result<void> take_fired(const FiredTrigger& fired);
  void tell(const std::string& pipeline, const Trigger& trigger, const Fired& fired);
  Result<void> adopt();
  Result<void> begin_waiting();
  Result<bool> begin(Waiting& waiting);
  Result<void> end_unbegun(const RunRecord& run);
  Result<std::string> reason_to_wait(Transaction& reader, const RunRecord& run,
                                     const Pipeline& pipeline);
  Result<void> tell_wait(Waiting& waiting);
  void take_ended();
  bool is_ours(RunId run) const;

  Session& session_;
  Records& records_;
  Workshop& workshop_;
  ServedProjects& project_;
  Say say_;
  ServerDesk& desk_;
  RunNews& news_;
  FiringStore firings_;
  EventTriggers events_;
  Backfills backfills_;
  /// Rung when something has changed that others drive; while ends of runs are waited for.
  std::optional<Bell> changes_;
  UniqueFd news_fd_;  ///< readable when the project's files or other programs have news
  Duration heard_at_{}, files_heard_at_{};
  std::map<TriggerName, Watch> watches_;
  std::deque<Waiting> waiting_;
  ActiveRuns active_;
  PoolWaits pool_waits_;
  /// By the steady clock: when runs without a server were looked for last.
  Duration adopted_at_{};
  bool is_stopping_ = false, is_leaving_ = false;
  std::atomic<bool> are_projects_new_ = false;
  std::mutex said_mutex_;
  std::vector<std::string> said_;  ///< by other threads
  GitFollowers* followers_ = nullptr;
};

}  // namespace gt
