/// What a step's expressions are told of secrets, connections and variables: the same of each as
/// long as one key or launch is prepared, so that no step gets the host of before a change with the
/// password of after it.
///
/// Short-lived. Threads: the engine's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/step_facts.h"
#include "schedule/task_context.h"

namespace gt {

class OutsideAnswers {
 public:
  /// For a key: secrets have their names for texts, and need not be there.
  explicit OutsideAnswers(StepFacts& facts) : facts_(facts), masks_(nullptr) {}
  /// For a launch: what must not be shown of all that is asked for goes into `masks`.
  OutsideAnswers(StepFacts& facts, std::vector<std::string>& masks)
      : facts_(facts), masks_(&masks) {}
  OutsideAnswers(const OutsideAnswers&) = delete;
  OutsideAnswers& operator=(const OutsideAnswers&) = delete;

  /// Refers to this object. Errors say in their message how to mend it.
  OutsideSource source();
  /// The whole address of a connection.
  Result<Secret> uri_of(const std::string& connection);

 private:
  Result<Secret> secret(std::string_view name);
  Result<Value> connection(std::string_view name);
  Result<Value> variable(std::string_view name);

  StepFacts& facts_;
  std::vector<std::string>* masks_;
  std::map<std::string, Value, std::less<>> connections_;
  std::map<std::string, Value, std::less<>> variables_;
};

}  // namespace gt
