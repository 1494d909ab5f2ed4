/// Messages of several lines, such as the end of what pip printed, where one line is to stand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gt {

/// The first line, printable, without a colon that only leads to the others.
std::string headline(std::string_view message);
/// The other lines as they are, without blanks around them.
std::vector<std::string> further_lines(std::string_view message);

}  // namespace gt
