#include "run/driver_request.h"

namespace gt {

std::string request_text(const DriverRequest& request) {
  return std::visit([](const auto& asked) { return compact_json(to_json(asked)); }, request);
}

Result<DriverRequest> parse_driver_request(const std::string& text) {
  const Json json = TRY(parse_json(text));
  if (json.find("decision")) return DriverRequest(TRY(parse_approval_request(json)));
  return DriverRequest(TRY(parse_clear_request(json)));
}

}  // namespace gt
