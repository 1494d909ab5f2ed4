/// Builds everything that looks at or executes runs, once: the place that knows which classes
/// stand behind the seams.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/drive.h"
#include "cli/host_facts.h"
#include "cli/records.h"
#include "engine/asked_facts.h"

namespace gt {

struct WorkshopOptions {
  std::optional<std::int64_t> jobs;         ///< CPU slots; else those of the host
  std::optional<std::string> secrets_file;  ///< else $GEARTRAIN_SECRETS_FILE, else none
};

void declare_secrets(Options& options, WorkshopOptions& chosen);
/// Those and -j.
void declare(Options& options, WorkshopOptions& chosen);

/// `wake` and `say`: see HostFactsParts. The session outlives it.
Result<std::unique_ptr<HostFacts>> make_facts(Session& session, const Project& project,
                                              const WorkshopOptions& options,
                                              std::function<void()> wake,
                                              std::function<void(const std::string&)> say);

/// An engine with all that it needs, for one run. Owner: the command. Threads: the main one, which
/// becomes the engine's.
class Workshop {
 public:
  /// Takes the session's keeper. Session, records and progress outlive it.
  static Result<std::unique_ptr<Workshop>> open(Session& session, Records& records,
                                                Progress& progress, const WorkshopOptions& options);
  ~Workshop();

  Engine& engine();
  const std::string& engine_id() const;
  const RunWatcher& watcher() const;
  HostFacts& facts();
  /// What the engine has asked of them.
  std::vector<AskedFact> asked() const;

  /// Makes our engine the owner of a run that nobody drives. Errc::conflict: somebody was first.
  Result<void> claim(const RunRecord& run);
  /// Turns the engine until the run has ended; errors as drive().
  Result<void> drive(RunId run);

 private:
  struct State;
  explicit Workshop(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gt
