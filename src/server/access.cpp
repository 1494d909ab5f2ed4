#include "server/access.h"

#include "base/text.h"
#include "run/run_store.h"

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

Result<Caller> caller_of_attempt(std::string_view text, const AccessRules& rules,
                                 Transaction& reader) {
  const auto claims = rules.attempts ? rules.attempts->read(text) : std::nullopt;
  if (!claims) return no_caller("the token is none");
  const auto run = RunStore().find(reader, claims->run_uuid);
  if (!run || is_ended(run->state)) return no_caller("the token's run has ended");
  return Caller{AccessScope::run,
                "attempt " + outside_name(run->uuid, {run->id, claims->task, claims->number}),
                run->uuid};
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
  const std::string_view text = trim(std::string_view(*shown).substr(bearer.size()));
  auto reader = TRY(database.begin_read());
  if (AttemptTokens::looks_like_one(text)) return caller_of_attempt(text, rules, reader);
  const auto token = TRY(TokenStore().find(reader, text, clock.now()));
  if (!token) return no_caller("the token is none, or its time is up");
  return Caller{token->scope, "token " + token->name};
}

}  // namespace gt
