/// The numbers that stand for names of metrics, params and tags.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "db/transaction.h"

namespace gt {

/// nullopt for a name that no run has.
Result<std::optional<std::int64_t>> find_key(Transaction& transaction, std::string_view name);
Result<std::int64_t> make_key(Transaction& transaction, std::string_view name);

}  // namespace gt
