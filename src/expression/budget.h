/// What one evaluation may still make, so that a short expression cannot fill the memory.
/// Threads: one.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "expression/limits.h"
#include "expression/value.h"

namespace gt {

class Budget {
 public:
  /// Errc::exhausted with the limit's name.
  Result<void> take_items(std::size_t count);
  Result<void> take_bytes(std::size_t count);
  /// All items and texts of the value; also refuses one that nests too deep.
  Result<void> take(const Value& value) { return take(value, 0); }

 private:
  Result<void> take(const Value& value, std::size_t depth);

  std::size_t items_left_ = expression_limits::items_max;
  std::size_t bytes_left_ = expression_limits::text_bytes_max;
};

}  // namespace gt
