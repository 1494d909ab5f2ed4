#include "server/token_view.h"

#include "base/text.h"
#include "view/json_shapes.h"

namespace gt {

namespace {

constexpr std::size_t name_bytes_max = 128;
constexpr Duration expires_max = std::chrono::days(36'500);

}  // namespace

JsonObject token_json(const TokenRecord& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"scope", to_text(token.scope)},
          {"created_at", time_json(token.created_at)},
          {"expires_at", time_json(token.expires_at)}};
}

JsonObject token_json(const MadeToken& made) {
  JsonObject shape = token_json(made.record);
  shape.set("token", made.token);
  return shape;
}

Result<NewToken> wanted_token(const std::string& name, const std::optional<std::string>& scope,
                              const std::optional<std::string>& expires_in, Time now) {
  if (name.empty() || name.size() > name_bytes_max)
    return error(Errc::invalid, "the name of a token has 1 to {} bytes", name_bytes_max);
  NewToken wanted{.name = name};
  const auto parsed = parse_access_scope(scope.value_or("read"));
  if (!parsed)
    return Error{Errc::invalid,
                 fmt::format("there is no scope {}", shell_quoted(printable(*scope))),
                 "scopes are read, run and admin"};
  wanted.scope = *parsed;
  if (!expires_in) return wanted;
  const Duration duration = TRY(parse_duration(*expires_in).context("the time of the token"));
  if (duration <= Duration(0) || duration > expires_max)
    return error(Errc::invalid, "the time of the token is not more than nothing and at most {}",
                 format_duration(expires_max));
  wanted.expires_at = now + duration;
  return wanted;
}

}  // namespace gt
