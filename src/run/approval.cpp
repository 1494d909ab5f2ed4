#include "run/approval.h"

namespace gt {

JsonObject to_json(const ApprovalRequest& request) {
  return {{"task", request.task},
          {"decision", to_text(request.decision)},
          {"values", request.values},
          {"comment", request.comment},
          {"by", request.by}};
}

Result<ApprovalRequest> parse_approval_request(const Json& json) {
  const auto text_of = [&](const char* key) -> const std::string* {
    const Json* const value = json.find(key);
    return value ? value->string() : nullptr;
  };
  const std::string* const task = text_of("task");
  const std::string* const decision = text_of("decision");
  const auto decided = decision ? parse_decision(*decision) : std::nullopt;
  const std::string* const comment = text_of("comment");
  const std::string* const by = text_of("by");
  const Json* const values = json.find("values");
  if (!task || !decided || !comment || !by || !values || !values->object())
    return error(Errc::internal, "the database has a damaged record of a request");
  return ApprovalRequest{*task, *decided, *values->object(), *comment, *by};
}

}  // namespace gt
