/// A whole installation in memory: real engine, stores and cache; simulated time, executor and
/// disk. For tests, simulations by seed, and benchmarks of the engine alone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "blob/memory_blobs.h"
#include "cache/cache.h"
#include "db/faulty_database.h"
#include "db/memory_database.h"
#include "engine/engine.h"
#include "engine/simulated_watcher.h"
#include "execute/simulated_executor.h"

namespace gt {

/// A table instead of the world; steps see what tests put in.
class SimulatedFacts final : public StepFacts {
 public:
  Result<std::shared_ptr<const SourceSet>> source(const std::vector<std::string>* globs) override;
  Result<std::vector<std::string>> changed_since(const SourceSet& set) override;
  Result<std::variant<EnvironmentFacts, EnvironmentPending>> environment(
      const std::optional<PythonEnvironment>& python, const std::string& argv0) override;
  Result<std::optional<EnvironmentFacts>> environment_if_made(
      const std::optional<PythonEnvironment>& python, const std::string& argv0) override;
  Result<Secret> secret(std::string_view name) override;
  Result<Connection> connection(std::string_view name) override;
  Result<Value> project_variable(std::string_view name) override;
  std::optional<std::string> inherited_variable(const std::string& name) override;

  /// Path to content; globs are taken as exact paths.
  std::map<std::string, std::string> files;
  std::map<std::string, std::string, std::less<>> secrets;
  std::map<std::string, Connection, std::less<>> connections;
  std::map<std::string, Value, std::less<>> project_variables;
  std::map<std::string, std::string> variables;
  bool environments_are_ready = true;
};

/// What the condition wants.
Look all_is_there(const OutsideCondition& condition);

class SimulatedWorld {
 public:
  explicit SimulatedWorld(std::uint64_t seed, Capacity capacity = {4, 0},
                          std::vector<std::string> gpus = {});
  ~SimulatedWorld();

  /// How attempts go; by default they take some time and succeed with outputs that follow from the
  /// launch alone.
  SimulatedExecutor::Behaviour behaviour;
  AttemptSucceeded success_of(const Launch& launch);
  /// What is found of what tasks wait for outside; by default all that they want is there.
  SimulatedWatcher::Outside outside;

  /// Reads a pipeline, creates a run of it and begins it. The text must be free of problems.
  RunId start(const std::string& pipeline_text, JsonObject params = {}, RunOptions options = {});
  /// `beginning`: recorded with the run, which then goes on from there.
  RunId start(std::shared_ptr<const Plan> plan, RunOptions options = {},
              const RunChanges* beginning = nullptr);
  /// Turns until nothing more happens or `until` says so; the clock jumps from event to event. An
  /// error of a turn (a simulated fault) ends it.
  Result<void> drive(const std::function<bool()>& until = [] { return false; });
  /// The engine is gone, with all that it knew; a new one takes its open runs over.
  void crash();
  void reopen(RunId run);
  /// As somebody else would: of a run that has ended in the store alone, and then taken over; of
  /// one that the engine drives by a request. Gives what is wrong with it; empty: nothing.
  std::string ask(RunId run, const DriverRequest& request);
  /// Called after each commit of an engine.
  std::function<void(const RunChanges&)> on_commit = [](const RunChanges&) {};

  RunState state(RunId run);
  LoadedRun load(RunId run);
  /// "train:succeeded select:failed …" in order of the tasks.
  std::string states(RunId run);
  TaskState state_of(RunId run, const std::string& path);

  FakeClock clock;
  SeededEntropy entropy;
  MemoryBlobs blobs;
  Cache cache;
  RunStore runs;
  SimulatedFacts facts;
  /// Files that pipelines may name.
  std::vector<FileText> named;
  std::unique_ptr<MemoryDatabase> memory;
  std::unique_ptr<FaultyDatabase> database;
  std::unique_ptr<SimulatedExecutor> executor;
  std::unique_ptr<SimulatedWatcher> watcher;
  std::unique_ptr<Engine> engine;
  Capacity capacity;
  std::vector<std::string> gpus;

 private:
  class Observer;

  std::shared_ptr<const Plan> plan_of(const RunRecord& run);
  void make_engine();

  std::unique_ptr<Observer> observer_;
  std::map<std::string, std::shared_ptr<const Plan>> plans_;
  int engines_ = 0;
};

}  // namespace gt
