/// The stable JSON shapes of runs and tasks; docs/reference/cli.md describes them.
#pragma once

#include "base/json.h"
#include "view/run_view.h"

namespace gt {

/// RFC 3339 in UTC, or null.
Json time_json(const std::optional<Time>& time);

/// What `runs --json` says of each run: everything but its tasks.
JsonObject run_summary_json(const RunRecord& run);

/// {name: value} of what the run as a whole gave.
Result<Json> run_outputs_json(const RunView& view);

/// What `run --json` and `show --json` print.
Result<JsonObject> run_json(const RunView& view);

Result<JsonObject> task_json(const RunView& view, const TaskRecord& task);

}  // namespace gt
