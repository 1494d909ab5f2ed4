/// What people decide about tasks that wait for their approval.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "definition/wait.h"
#include "run/task.h"

namespace gt {

/// What a person asks to be recorded.
struct ApprovalRequest {
  std::string task;  ///< its path: "release" or "deploy[2]"
  ApprovalDecision decision = ApprovalDecision::approve;
  JsonObject values;  ///< of the fields; those without one have their default
  std::string comment;
  std::string by;
};

/// A decision that counts.
struct ApprovalRecord {
  TaskIndex task = no_task;
  ApprovalDecision decision = ApprovalDecision::approve;
  std::string by;  ///< "timeout" where nobody has decided in time
  std::string comment;
  Time at{};
};

JsonObject to_json(const ApprovalRequest& request);
Result<ApprovalRequest> parse_approval_request(const Json& json);

}  // namespace gt
