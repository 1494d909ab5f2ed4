/// Changes one setting in the text of a file and leaves all else as it is: order, comments, blanks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gt {

/// With `name` set to `value`, or without it. Errc::conflict where the file has problems or is
/// written in a form that only a person can change, such as `{jobs: 4}` on one line.
Result<std::string> with_setting(std::string_view text, std::string_view name,
                                 const std::optional<std::string>& value);

}  // namespace gt
