#include "db/transaction.h"

namespace gt::detail {

Error null_in_column(std::size_t column, std::string_view sql) {
  return error(Errc::internal, "column {} is null in the answer to: {}", column + 1, sql);
}

}  // namespace gt::detail
