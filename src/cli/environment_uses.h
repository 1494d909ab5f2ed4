/// Which steps of which pipelines use which Python environment.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/pipeline_source.h"
#include "cli/records.h"
#include "environment/environment_folder.h"
#include "environment/python_environment.h"

namespace gt {

/// Steps of one pipeline that name one requirements file and interpreter.
struct EnvironmentUse {
  std::string pipeline;
  std::vector<std::string> steps;  ///< paths, in the pipeline's order
  PythonSpecification specification;
};

PythonEnvironments python_environments(const Session& session, const Project& project);

/// Of the project's pipeline file, or `file`; empty where there is none. Errors: of reading `file`;
/// invalid where it has problems.
Result<std::vector<EnvironmentUse>> uses_in_file(const Session& session, const Project& project,
                                                 const std::optional<std::string>& file);

/// Those, and of other pipelines as their newest runs had them; by the environment's key.
Result<std::multimap<std::string, EnvironmentUse>> uses_by_key(const Session& session,
                                                               const Project& project);

/// "flights: train, evaluate and 3 more"; several pipelines after one another.
std::string uses_text(const std::multimap<std::string, EnvironmentUse>& uses,
                      const std::string& key);
JsonList uses_json(const std::multimap<std::string, EnvironmentUse>& uses, const std::string& key);

/// {key, kind, requirements, interpreter, python, architecture, packages, current, made_at,
/// used_at, bytes, used_by}.
JsonObject environment_json(const EnvironmentRecord& record, std::int64_t bytes,
                            const std::multimap<std::string, EnvironmentUse>& uses);

/// By a step of the project's pipeline, a key, or the beginning of one (at least four digits).
/// Errc::not_found says what there is.
Result<EnvironmentRecord> find_environment(const Session& session, const Project& project,
                                           const std::optional<std::string>& file,
                                           const std::string& name);

}  // namespace gt
