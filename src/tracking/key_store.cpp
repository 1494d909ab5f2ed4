#include "tracking/key_store.h"

namespace gt {

Result<std::optional<std::int64_t>> find_key(Transaction& transaction, std::string_view name) {
  const auto row = TRY(transaction.query_row<std::int64_t>(
      "SELECT id FROM tracking_key WHERE name = :name", {name}));
  return row ? std::optional(std::get<0>(*row)) : std::nullopt;
}

Result<std::int64_t> make_key(Transaction& transaction, std::string_view name) {
  if (const auto found = TRY(find_key(transaction, name))) return *found;
  const auto last =
      TRY(transaction.query_row<std::int64_t>("SELECT coalesce(max(id), 0) FROM tracking_key"));
  const std::int64_t id = std::get<0>(*last) + 1;
  TRY(transaction.execute("INSERT INTO tracking_key (id, name) VALUES (:id, :name)", {id, name}));
  return id;
}

}  // namespace gt
