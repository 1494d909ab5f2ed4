/// Logs of attempts, as people see them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gt {

/// For a terminal: line breaks, tabs and colours stay, everything else that is not to be printed is
/// shown escaped, so that a log cannot move the cursor or set the title.
std::string terminal_safe(std::string_view bytes);

/// Of the log in an attempt's folder, without line ends; empty if there is none. Reads the last few
/// KiB only.
std::vector<std::string> last_lines(const std::string& folder, std::size_t lines_max);

}  // namespace gt
