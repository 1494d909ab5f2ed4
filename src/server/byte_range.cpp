#include "server/byte_range.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace gt {

RangeKind range_of(const std::string* field, std::int64_t bytes, ByteRange& range) {
  range = {0, bytes};
  constexpr std::string_view unit = "bytes=";
  if (field == nullptr || !field->starts_with(unit)) return RangeKind::whole;
  const std::string_view spec = std::string_view(*field).substr(unit.size());
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos)
    return RangeKind::whole;
  const auto number = [](std::string_view text) {
    const auto parsed = parse_whole_number(text);
    return parsed && *parsed >= 0 ? parsed : std::nullopt;
  };
  const auto first = number(spec.substr(0, dash)), last = number(spec.substr(dash + 1));
  const bool is_open = dash + 1 == spec.size();
  if (dash == 0) {
    if (!last) return RangeKind::whole;
    if (*last == 0) return RangeKind::none_there;
    range.first = std::max<std::int64_t>(0, bytes - *last);
    return RangeKind::part;
  }
  if (!first || (!is_open && !last) || (last && *last < *first)) return RangeKind::whole;
  if (*first >= bytes) return RangeKind::none_there;
  range.first = *first;
  if (last && *last < bytes) range.end = *last + 1;
  return RangeKind::part;
}

}  // namespace gt
