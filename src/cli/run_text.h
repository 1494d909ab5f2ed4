/// Facts about runs and tasks in words.
#pragma once

#include <string>

#include "base/json.h"
#include "cli/console.h"
#include "run/approval.h"
#include "run/run.h"

namespace gt {

/// "running", or "running (no engine)" where nobody drives a run that has not ended.
std::string state_text(const RunRecord& run, bool is_driven);

/// From start to end, or until now; "-" before the start.
std::string time_taken(const std::optional<Time>& started, const std::optional<Time>& ended,
                       Time now);

/// "month=3 depths=[4,6]".
std::string parameters_text(const JsonObject& params);

/// "rows=27004 table=features.csv (1.2 MiB)", from the `outputs` of a task's JSON.
std::string outputs_text(const Json& outputs);

/// "approved by anna at 2026-11-23T06:00:00Z: looks good"; empty without a decision.
std::string approval_text(const ApprovalRecord* approval);

/// A value on one line: a string as it is, other JSON compact.
std::string value_text(const Json& value);

Tone tone_of(TaskState state);
Tone tone_of(RunState state);

}  // namespace gt
