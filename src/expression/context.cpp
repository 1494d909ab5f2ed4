#include "expression/context.h"

#include "base/json.h"
#include "expression/syntax.h"

namespace gt {

std::string to_text(NamePath path) {
  std::string text;
  for (const std::string_view name : path) {
    if (text.empty())
      text += name;
    else if (is_bare_name(name))
      text += fmt::format(".{}", name);
    else
      text += fmt::format("[{}]", json_quoted(name));
  }
  return text;
}

Result<Value> Context::status(StatusFunction) const {
  return error(Errc::invalid, "success(), failure(), always() and cancelled() are for if: only");
}

Result<Context::Found> ValueContext::find(NamePath path) const {
  const ValueObject* scope = &roots_;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Value* value = scope->find(path[i]);
    if (value == nullptr) return Found(Missing());
    if (value->object() == nullptr && i + 1 == path.size()) return Found(*value);
    if (value->object() == nullptr) return Found(Missing());
    scope = value->object();
  }
  return Found(Scope());
}

std::vector<std::string> ValueContext::names(NamePath path) const {
  const ValueObject* scope = &roots_;
  for (const std::string_view name : path) {
    const Value* value = scope->find(name);
    scope = value == nullptr ? nullptr : value->object();
    if (scope == nullptr) return {};
  }
  std::vector<std::string> names;
  for (const auto& member : *scope) names.push_back(member.first);
  return names;
}

}  // namespace gt
