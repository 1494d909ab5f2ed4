/// Which bytes a request asks for. Pure; threads: any.
#pragma once

#include <cstdint>
#include <string>

namespace gt {

struct ByteRange {
  std::int64_t first = 0;
  std::int64_t end = 0;  ///< behind the last one
};

enum class RangeKind { whole, part, none_there };

/// Of the field Range, nullptr without one, for so many bytes. RFC 9110, 14.2: what is no single
/// range of bytes is as if it were not there.
RangeKind range_of(const std::string* field, std::int64_t bytes, ByteRange& range);

}  // namespace gt
