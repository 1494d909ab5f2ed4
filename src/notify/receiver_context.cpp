#include "notify/receiver_context.h"

namespace gt {

Result<Context::Found> ReceiverContext::find(NamePath path) const {
  if (path.size() == 1)
    return path[0] == "event" || path[0] == "secrets" ? Found(Scope{}) : Found(Missing{});
  if (path[0] == "secrets") {
    Secret found = TRY(secret_(path[1]));
    used_.push_back(found.text);
    return Found(Value(std::move(found)));
  }
  const Json* const member = event_.find(path[1]);
  if (member == nullptr) return Found(Missing{});
  if (member->is_null()) return Found(Value(""));
  if (escape_ != nullptr && member->string() != nullptr)
    return Found(Value(escape_(*member->string())));
  return Found(value_from_json(*member));
}

std::vector<std::string> ReceiverContext::names(NamePath scope) const {
  std::vector<std::string> all;
  if (scope.empty()) return {"event", "secrets"};
  if (scope[0] == "event")
    for (const auto& [name, value] : event_) all.push_back(name);
  return all;
}

}  // namespace gt
