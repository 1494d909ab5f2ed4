/// Asks a SQLite database that is not ours. Reads only, whatever the query says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace gt {

/// Null, a number or a text.
using OutsideValue = std::variant<std::nullptr_t, std::int64_t, double, std::string>;

struct OutsideCell {
  std::string column;
  OutsideValue value = nullptr;  ///< bytes that are no text as hexadecimal digits
};
using OutsideRow = std::vector<OutsideCell>;

struct OutsideQuery {
  std::string path;  ///< of the file; it must be there
  std::string query;
  std::vector<OutsideValue> values = {};  ///< of its `?`, in their order
  Duration time_max = std::chrono::seconds(20);
  std::size_t row_bytes_max = std::size_t{1} << 20U;
};

/// The first row; nullopt if there is none. Errors: not_found (no such file), denied (the query is
/// more than one statement, or changes something), exhausted (a larger row), cancelled (`stop`),
/// unavailable (it is busy, or takes longer than time_max), invalid (everything else that SQLite
/// says). Threads: any, one per call.
Result<std::optional<OutsideRow>> first_row_of(const OutsideQuery& query,
                                               std::stop_token stop = {});

}  // namespace gt
