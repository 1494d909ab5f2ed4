/// What a task without a process waits for: in words, and until when.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "schedule/live_run.h"

namespace gt {

/// "waits for 10m", "waits until 2026-11-23T06:00Z", "waits for approval: Deploy it?", "waits for
/// https://example.org/ready; status 503, since 2026-11-23T06:00:00.000Z". What cannot be evaluated
/// is shown as it is written.
std::string wait_text(const LiveRun& run, TaskIndex task);

/// What an approval asks.
std::string question_of(const LiveRun& run, TaskIndex task);

/// When a wait that begins now ends by itself; nullopt: when a person says so, or something comes.
/// Errc::invalid for an expression that gives no time.
Result<std::optional<Time>> end_of_wait(const LiveRun& run, TaskIndex task, Time now);

}  // namespace gt
