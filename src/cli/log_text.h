/// Logs of attempts, as people see them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "process/log_index.h"

namespace gt {

/// For a terminal: line breaks, tabs and colours stay, everything else that is not to be printed is
/// shown escaped, so that a log cannot move the cursor or set the title.
std::string terminal_safe(std::string_view bytes);

/// Without line ends; empty if there is no such file. Reads the last few KiB only.
std::vector<std::string> last_lines(const std::string& path, std::size_t lines_max);

struct LogLine {
  Time at{};
  std::string text;
};

/// `offset` is where `bytes` begin in the log; before the first mark `began_at` counts.
std::vector<LogLine> timed_lines(std::string_view bytes, std::int64_t offset,
                                 const std::vector<LogMark>& marks, Time began_at);

}  // namespace gt
