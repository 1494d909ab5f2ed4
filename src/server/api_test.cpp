#include "server/api.h"

#include <doctest/doctest.h>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "server/api_handlers.h"
#include "server/openapi.h"

namespace gt {
namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

TEST_CASE("the description has the routes, and no others") {
  const auto parsed = parse_json(openapi_text());
  REQUIRE(parsed.ok());
  std::set<std::string> described, routed;
  for (const auto& [path, methods] : *parsed->find("paths")->object())
    for (const auto& [method, operation] : *methods.object()) {
      described.insert(method + " " + path);
      const Json* const security = operation.find("security");
      if (security != nullptr) described.insert("open " + path);
    }
  for (const Route& route : api_routes()) {
    routed.insert(lower(to_text(route.method)) + " " + std::string(route.path));
    if (!route.scope) routed.insert("open " + std::string(route.path));
  }
  CHECK(described == routed);
}

TEST_CASE("what changes something needs more than to read, or asks in its own way") {
  const auto asks_itself = [](const Route& route) {
    const bool knows_secret = route.answer == call_trigger || route.answer == call_git_hook;
    // A command needs the scope that it names, and is its beginner's own.
    return knows_secret || route.answer == create_command || route.answer == interrupt_command;
  };
  for (const Route& route : api_routes()) {
    CAPTURE(route.path);
    CHECK((is_safe(route.method) || asks_itself(route) ||
           route.scope.value_or(AccessScope::read) > AccessScope::read));
  }
}

}  // namespace
}  // namespace gt
