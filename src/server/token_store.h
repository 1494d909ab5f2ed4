/// Tokens of the API in the database: only their hashes are kept.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "db/transaction.h"

namespace gt {

/// Each may do what the ones before it may.
enum class AccessScope : std::uint8_t {
  read,   ///< look at everything
  run,    ///< begin and change runs
  admin,  ///< and make tokens
};
const char* to_text(AccessScope scope);
std::optional<AccessScope> parse_access_scope(std::string_view text);

struct TokenRecord {
  std::string id;  ///< for people to name it by; tells nothing of the token
  std::string name;
  AccessScope scope = AccessScope::read;
  Time created_at{};
  std::optional<Time> expires_at;
};

struct NewToken {
  std::string name;
  AccessScope scope = AccessScope::read;
  std::optional<Time> expires_at = {};
};

struct MadeToken {
  TokenRecord record;
  std::string token;  ///< shown once
};

class TokenStore {
 public:
  Result<MadeToken> create(Transaction& transaction, const NewToken& wanted, Time now,
                           Entropy& entropy);
  /// nullopt: nobody made this token, it was revoked, or its time is up.
  Result<std::optional<TokenRecord>> find(Transaction& transaction, std::string_view token,
                                          Time now);
  /// Oldest first; those whose time is up too.
  Result<std::vector<TokenRecord>> list(Transaction& transaction);
  /// Errc::not_found.
  Result<void> revoke(Transaction& transaction, std::string_view id);
};

}  // namespace gt
