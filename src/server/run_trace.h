/// A run that has ended as a trace of OpenTelemetry (OTLP 1.x, JSON as opentelemetry.io's protocol
/// has it): a span for the run, below it one for each task, nested as groups and matrices are.
/// Pure.
#pragma once

#include <string_view>

#include "base/json.h"
#include "view/run_view.h"

namespace gt {

/// The body of a request to `/v1/traces`. The trace's id is the run's. `version`: of Geartrain.
JsonObject trace_of(const RunView& view, std::string_view version);

}  // namespace gt
