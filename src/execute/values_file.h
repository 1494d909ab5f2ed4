/// The file named by $GEARTRAIN_VALUES, into which a step writes its values: a line `name=json`
/// each.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "definition/pipeline.h"

namespace gt {

inline constexpr std::size_t value_bytes_max = 1U << 20U;
inline constexpr std::size_t values_file_bytes_max = 64U << 20U;

/// Texts after the `=` by name, the last one of a name; blank lines are passed over. Errc::invalid
/// with the line's number for a line without `=`; Errc::exhausted for a value over value_bytes_max.
Result<std::map<std::string, std::string>> parse_values_file(std::string_view text);

/// The value of a text under its declared type. A `string` is taken as it stands unless it starts
/// with `"`; everything else is JSON. Errc::invalid says what was expected.
Result<Json> parse_value(std::string_view text, ValueType type);

}  // namespace gt
