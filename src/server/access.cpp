#include "server/access.h"

#include "base/text.h"

namespace gt {

namespace {

constexpr std::string_view bearer = "Bearer ";

bool came_through_a_proxy(const HttpRequest& request) {
  for (const char* field : {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"})
    if (request.headers.find(field) != nullptr) return true;
  return false;
}

bool is_own_user(const HttpRequest& request, const AccessRules& rules) {
  return request.peer.is_loopback && request.peer.uid == rules.user &&
         rules.origins.others.empty() && !came_through_a_proxy(request);
}

Error no_caller(std::string message) {
  return {Errc::not_found, std::move(message),
          "send `Authorization: Bearer TOKEN`; `geartrain token create` makes one"};
}

}  // namespace

Result<Caller> caller_of(const HttpRequest& request, const AccessRules& rules, Database& database,
                         Clock& clock) {
  TRY(check_origin(request, rules.origins));
  const std::string* const shown = request.headers.find("Authorization");
  if (shown == nullptr) {
    if (is_own_user(request, rules)) return Caller{AccessScope::admin, "user"};
    return no_caller("this needs a token");
  }
  if (request.headers.count("Authorization") != 1 ||
      !equal_in_any_case(std::string_view(*shown).substr(0, bearer.size()), bearer))
    return no_caller("Authorization is not `Bearer TOKEN`");
  auto reader = TRY(database.begin_read());
  const auto token = TRY(
      TokenStore().find(reader, trim(std::string_view(*shown).substr(bearer.size())), clock.now()));
  if (!token) return no_caller("the token is none, or its time is up");
  return Caller{token->scope, "token " + token->name};
}

}  // namespace gt
