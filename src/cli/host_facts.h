/// What cache keys need to know of this machine: source files, environments, secrets, connections,
/// variables.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "cli/secrets.h"
#include "connection/project_values.h"
#include "engine/step_facts.h"
#include "environment/python_environment.h"
#include "execute/host_environment.h"
#include "source/source.h"

namespace gt {

struct HostFactsParts {
  Source source;
  Secrets secrets;
  ProjectValues values;
  PythonEnvironments environments;
  std::function<const char*(const char* name)> variable;
  /// An environment has been made, or could not be. Called by any thread.
  std::function<void()> wake;
  /// For the person who waits. Called by the engine's thread.
  std::function<void(const std::string& line)> say;
};

/// Source files are looked at once for each selection, when a run first asks; environments are
/// made by threads of our own, which end with this object. Threads: the engine's, but for
/// python_variables() (any).
class HostFacts final : public StepFacts {
 public:
  explicit HostFacts(HostFactsParts parts) : parts_(std::move(parts)) {}

  Result<std::shared_ptr<const SourceSet>> source(const std::vector<std::string>* globs) override;
  Result<std::vector<std::string>> changed_since(const SourceSet& set) override;
  Result<std::variant<EnvironmentFacts, EnvironmentPending>> environment(
      const std::optional<PythonEnvironment>& python, const std::string& argv0) override;
  Result<std::optional<EnvironmentFacts>> environment_if_made(
      const std::optional<PythonEnvironment>& python, const std::string& argv0) override;
  Result<Secret> secret(std::string_view name) override { return parts_.secrets.find(name); }
  Result<Connection> connection(std::string_view name) override {
    return TRY(parts_.values.connection(name)).connection;
  }
  Result<Value> project_variable(std::string_view name) override {
    return parts_.values.variable(name);
  }
  std::optional<std::string> inherited_variable(const std::string& name) override;

  /// The variables by which an environment is used. Makes it if need be, which may take minutes.
  Result<Variables> python_variables(const PythonEnvironment& python);
  /// Whether an environment has been made since the last call, or could not be.
  bool took_environments() { return made_.exchange(false); }
  /// Looks at all source files now, and counts what they are as one moment: selections that name
  /// files which were seen are answered by it. For an object that lives no longer than that moment.
  Result<std::shared_ptr<const SourceSet>> hold_still();
  /// What is asked from now on is looked at anew, for a run that begins later in the life of this
  /// object. What was answered can still be compared with.
  void look_again();
  /// For the next run; a failure costs only time.
  void remember_source() { (void)parts_.source.save_stat_cache(); }

 private:
  using Selection = std::optional<std::vector<std::string>>;  ///< nullopt: the whole snapshot
  struct Selected {
    std::shared_ptr<const SourceSet> set;
    SourceFacts facts;
  };
  using Name = std::pair<std::string, std::string>;  ///< requirements and interpreter

  std::optional<SourceFacts> seen_already(const std::vector<std::string>& globs) const;
  Result<std::shared_ptr<const Selected>> select(const std::vector<std::string>* globs);
  Result<std::vector<std::string>> changed_since_unknown(const SourceSet& set);
  Result<EnvironmentFacts> host(const std::string& argv0);
  std::optional<Result<PythonInstallation>> known(const Name& name);
  void make_in_background(const Name& name);
  void keep(const Name& name, Result<PythonInstallation> made);

  HostFactsParts parts_;
  std::map<Selection, std::shared_ptr<const Selected>> selected_;
  std::unordered_map<Digest, std::weak_ptr<const Selected>> by_digest_;
  /// Selected before look_again(), for runs that began before it.
  std::vector<std::shared_ptr<const Selected>> earlier_;
  std::unordered_map<std::string, EnvironmentFacts> host_;
  std::shared_ptr<const Selected> moment_;  ///< what hold_still() saw

  std::mutex mutex_;
  std::map<Name, Result<PythonInstallation>> installations_;
  std::atomic<bool> made_ = false;
  std::map<Name, std::jthread> builders_;  ///< last: they use what stands above
};

}  // namespace gt
