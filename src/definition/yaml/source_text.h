/// The bytes of a YAML file, before they are YAML.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/problem.h"

namespace gt {

/// Byte offset of each line's start.
std::vector<std::uint32_t> line_starts(std::string_view text);

/// One line without its line feed; empty for a line that does not exist. `line` counts from 1.
std::string_view line_text(std::string_view text, const std::vector<std::uint32_t>& starts,
                           std::uint32_t line);

/// The first thing that makes these bytes no text that people and tools read alike: bytes that are
/// no UTF-8, control characters, a lone carriage return, and the line breaks of Unicode (YAML 1.1
/// counts them as such, 1.2 and editors do not).
std::optional<Problem> check_source_text(std::string_view text);

}  // namespace gt
