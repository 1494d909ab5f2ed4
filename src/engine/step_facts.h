/// What cache keys need to know of the world outside of the run: source files, environments,
/// secrets, connections, variables of the project and of the caller. A seam: the twin for tests is
/// a table.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "cache/step_manifest.h"
#include "connection/connection.h"
#include "definition/pipeline.h"
#include "schedule/task_context.h"

namespace gt {

/// The environment is being made; the wake function is called when that has ended.
struct EnvironmentPending {};
/// Lines for the manifest, such as `package pandas 2.2.2 <digest>`.
using EnvironmentFacts = std::vector<std::string>;

/// Threads: the engine's; nothing here may block for long.
class StepFacts {
 public:
  virtual ~StepFacts() = default;
  /// The facts of the source files that these globs select (the whole snapshot for nullptr), as
  /// they were when the run began to look at them. Shared by steps that select alike.
  virtual Result<std::shared_ptr<const SourceSet>> source(
      const std::vector<std::string>* globs) = 0;
  /// Paths that are not any more as the set says, by a look at each file's stat.
  virtual Result<std::vector<std::string>> changed_since(const SourceSet& set) = 0;
  /// Of a Python environment, made in the background if need be; or, without one, of the host and
  /// the program `argv0`.
  virtual Result<std::variant<EnvironmentFacts, EnvironmentPending>> environment(
      const std::optional<PythonEnvironment>& python, const std::string& argv0) = 0;
  /// As environment(), but starts nothing: nullopt if it is not there.
  virtual Result<std::optional<EnvironmentFacts>> environment_if_made(
      const std::optional<PythonEnvironment>& python, const std::string& argv0) = 0;
  virtual Result<Secret> secret(std::string_view name) = 0;
  /// As it is now; not_found when nobody set it.
  virtual Result<Connection> connection(std::string_view name) = 0;
  /// A variable of the project, as it is now; a Secret if it is one.
  virtual Result<Value> project_variable(std::string_view name) = 0;
  /// A variable of the caller's environment, for `env: {inherit: […]}`.
  virtual std::optional<std::string> inherited_variable(const std::string& name) = 0;
};

}  // namespace gt
