/// Tokens as programs see them.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "server/token_store.h"

namespace gt {

/// {id, name, scope, created_at, expires_at}, without the token.
JsonObject token_json(const TokenRecord& token);
/// With `token`, which is shown this once.
JsonObject token_json(const MadeToken& made);

/// What somebody wants, in words. Errc::invalid: the name is empty or too long, the scope is none,
/// the time is none.
Result<NewToken> wanted_token(const std::string& name, const std::optional<std::string>& scope,
                              const std::optional<std::string>& expires_in, Time now);

}  // namespace gt
