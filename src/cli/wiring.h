/// Builds everything that looks at or executes runs, once: the place that knows which classes
/// stand behind the seams.
#pragma once

#include <memory>
#include <string>

#include "cli/drive.h"
#include "cli/host_facts.h"
#include "cli/records.h"
#include "engine/asked_facts.h"
#include "run/project_store.h"

namespace gt {

/// The flags of settings that commands which execute steps have: -j, --memory, --secrets,
/// --progress.
void declare_execution(Options& options);

/// `wake` and `say`: see HostFactsParts. `pushed`: the name of a pushed project, whose version's
/// folder `project` has, and never changes. Session and records outlive it.
Result<std::unique_ptr<HostFacts>> make_facts(Session& session, Records& records,
                                              const Project& project, std::function<void()> wake,
                                              std::function<void(const std::string&)> say,
                                              const ProjectName& pushed = {});

/// An engine with all that it needs, for one run. Owner: the command. Threads: the main one, which
/// becomes the engine's.
class Workshop {
 public:
  /// Takes the session's keeper. Session, records and progress outlive it.
  static Result<std::unique_ptr<Workshop>> open(Session& session, Records& records,
                                                Progress& progress);
  ~Workshop();

  Engine& engine();
  /// Lets the drive look at its work again. Threads: any.
  void wake();
  const std::string& engine_id() const;
  const RunWatcher& watcher() const;
  HostFacts& facts();
  /// Those of a pushed version's files, which never change. Errc::not_found: they are gone.
  Result<HostFacts*> facts_of(const ProjectVersion& version);
  /// What the engine has asked of them.
  std::vector<AskedFact> asked() const;

  /// What attempts are told of the server that listens. Before the drive.
  void set_access(
      std::function<std::optional<ApiAccess>(const RunRecord&, const AttemptId&)> access);
  /// Makes our engine the owner of a run that nobody drives. Errc::conflict: somebody was first.
  Result<void> claim(const RunRecord& run);
  /// Turns the engine until the run has ended; errors as drive().
  Result<void> drive(RunId run);
  /// The same of work that observes its runs itself.
  Result<void> drive(DrivenWork& work);
  /// Who is told what is committed, instead of watcher(); outlives the drive.
  void observe(RunObserver& observer);
  /// The last lines of an attempt's log.
  std::vector<std::string> log_tail(const RunRecord& run, const AttemptId& attempt) const;
  /// Why a task waits for slots of pools or GPUs; empty if it does so no more.
  std::string wait_reason(RunId run, TaskIndex task) const;

 private:
  struct State;
  explicit Workshop(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gt
