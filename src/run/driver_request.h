/// What people ask, in the store, of the engine that drives a run.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "run/approval.h"
#include "run/clear_request.h"

namespace gt {

using DriverRequest = std::variant<ClearRequest, ApprovalRequest>;

/// One that waits for the engine that drives the run.
struct RecordedRequest {
  std::int64_t id = 0;
  DriverRequest request;
};

/// As the store keeps it.
std::string request_text(const DriverRequest& request);
Result<DriverRequest> parse_driver_request(const std::string& text);

}  // namespace gt
