/// Regular expressions of parameters: ECMAScript's, as JSON Schema wants, found anywhere in the
/// text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gt {

/// What is wrong with the pattern; nullopt if nothing.
std::optional<std::string> fault_of_pattern(std::string_view pattern);

/// Errc::exhausted when the pattern needs more steps than is reasonable for this text.
Result<bool> contains_pattern(std::string_view text, std::string_view pattern);

}  // namespace gt
