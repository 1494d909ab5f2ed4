/// StepFacts that remember what was asked and answered, so that a later run can ask the same again.
///
/// Secrets, also those of connections, are no facts (a key knows them by name), and neither is
/// whether a source set still holds. Threads: the engine's.
#pragma once

#include <map>
#include <span>

#include "cache/run_memo.h"
#include "engine/step_facts.h"

namespace gt {

class AskedFacts final : public StepFacts {
 public:
  explicit AskedFacts(StepFacts& facts) : facts_(facts) {}

  Result<std::shared_ptr<const SourceSet>> source(const std::vector<std::string>* globs) override;
  Result<std::vector<std::string>> changed_since(const SourceSet& set) override {
    return facts_.changed_since(set);
  }
  Result<std::variant<EnvironmentFacts, EnvironmentPending>> environment(
      const std::optional<PythonEnvironment>& python, const std::string& argv0) override;
  Result<std::optional<EnvironmentFacts>> environment_if_made(
      const std::optional<PythonEnvironment>& python, const std::string& argv0) override;
  Result<Secret> secret(std::string_view name) override { return facts_.secret(name); }
  Result<Connection> connection(std::string_view name) override;
  Result<Value> project_variable(std::string_view name) override;
  std::optional<std::string> inherited_variable(const std::string& name) override;

  /// What was answered of connections and variables of the project, as one fact.
  Digest outside() const;
  /// Each question once, with its first answer.
  std::vector<AskedFact> asked() const;

 private:
  StepFacts& facts_;
  std::map<std::optional<std::vector<std::string>>, Digest> sources_;
  std::map<std::pair<std::string, std::string>, Digest> environments_;  ///< as names are given
  std::map<std::string, Digest> programs_;
  std::map<std::string, Digest> variables_;
  std::map<std::string, Digest, std::less<>> connections_;
  std::map<std::string, Digest, std::less<>> project_variables_;
};

/// Asks again; starts nothing. False if any answer is another one or cannot be had at once.
bool still_hold(StepFacts& facts, std::span<const AskedFact> asked);

}  // namespace gt
