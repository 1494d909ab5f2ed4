/// Who may do what by the API.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "base/clock.h"
#include "db/database.h"
#include "net/http_message.h"
#include "net/origin.h"
#include "server/attempt_token.h"
#include "server/token_store.h"

namespace gt {

struct Caller {
  AccessScope scope = AccessScope::read;
  /// For what is recorded: "token ci", "user".
  std::string name;
  /// The uuid of the only run that it reaches; empty: all.
  std::string run = {};
};

struct AccessRules {
  OwnOrigins origins;
  uid_t user = 0;  ///< our own
  std::optional<AttemptTokens> attempts = {};
};

/// A token tells who asks (RFC 6750). Without one, a connection from this machine is let in whose
/// other end belongs to our own user, unless something stands between: a proxy's connection is its
/// own, whoever is behind it.
///
/// An attempt's own token reaches its run, as long as that has not ended.
///
/// Errors: denied (Host or Origin is wrong: see check_origin); not_found (the token is none, or
/// none was shown: answer 401). Threads: any.
Result<Caller> caller_of(const HttpRequest& request, const AccessRules& rules, Database& database,
                         Clock& clock);

}  // namespace gt
