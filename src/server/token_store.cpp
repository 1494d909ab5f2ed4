#include "server/token_store.h"

#include <array>

#include "base/digest.h"
#include "base/id.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr std::array<const char*, 3> scope_words = {"read", "run", "admin"};
/// So that scanners of repositories and logs can tell what they have found.
constexpr std::string_view prefix = "gt_";
constexpr int token_words = 4;  ///< of 64 bits
constexpr std::size_t id_digits = 8;

std::string draw_token(Entropy& entropy) {
  std::string token(prefix);
  for (int i = 0; i < token_words; ++i) token += fmt::format("{:016x}", entropy.next64());
  return token;
}

constexpr const char* token_columns = "SELECT id, name, scope, created_at, expires_at FROM token ";

Result<std::vector<TokenRecord>> read_tokens(Transaction& transaction, const std::string& rest,
                                             Binds binds) {
  std::vector<TokenRecord> tokens;
  TRY((transaction.query<std::string, std::string, std::string, Time, std::optional<Time>>(
      token_columns + rest, binds,
      [&](std::string id, std::string name, std::string scope, Time created_at,
          std::optional<Time> expires_at) -> Result<void> {
        const auto parsed = parse_access_scope(scope);
        if (!parsed) return error(Errc::internal, "token {} has the unknown scope {}", id, scope);
        tokens.push_back({std::move(id), std::move(name), *parsed, created_at, expires_at});
        return {};
      })));
  return tokens;
}

}  // namespace

const char* to_text(AccessScope scope) { return scope_words[static_cast<std::size_t>(scope)]; }

std::optional<AccessScope> parse_access_scope(std::string_view text) {
  for (std::size_t i = 0; i < scope_words.size(); ++i)
    if (text == scope_words[i]) return static_cast<AccessScope>(i);
  return std::nullopt;
}

Result<MadeToken> TokenStore::create(Transaction& transaction, const NewToken& wanted, Time now,
                                     Entropy& entropy) {
  const std::string uuid = make_uuid(now, entropy);
  MadeToken made{{.id = uuid.substr(uuid.size() - id_digits),
                  .name = wanted.name,
                  .scope = wanted.scope,
                  .created_at = now,
                  .expires_at = wanted.expires_at},
                 draw_token(entropy)};
  TRY(transaction.execute(
      "INSERT INTO token (id, name, hash, scope, created_at, expires_at) VALUES (:id, :name, "
      ":hash, :scope, :created_at, :expires_at)",
      {made.record.id, made.record.name, sha256(made.token).hex(), to_text(made.record.scope), now,
       wanted.expires_at}));
  return made;
}

Result<std::optional<TokenRecord>> TokenStore::find(Transaction& transaction,
                                                    std::string_view token, Time now) {
  auto found = TRY(read_tokens(transaction, "WHERE hash = :hash", {sha256(token).hex()}));
  if (found.empty() || (found.front().expires_at && *found.front().expires_at <= now))
    return std::optional<TokenRecord>();
  return std::optional(std::move(found.front()));
}

Result<std::vector<TokenRecord>> TokenStore::list(Transaction& transaction) {
  return read_tokens(transaction, "ORDER BY created_at, id", {});
}

Result<void> TokenStore::revoke(Transaction& transaction, std::string_view id) {
  if (TRY(transaction.execute("DELETE FROM token WHERE id = :id", {id})) == 0)
    return error(Errc::not_found, "there is no token {}", shell_quoted(printable(id)));
  return {};
}

}  // namespace gt
