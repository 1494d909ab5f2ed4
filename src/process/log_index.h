/// When the lines of an attempt's log were written: the file `log.index` beside `log`.
///
/// Text, a line `<µs since 1970> <offset>` each: what stands in the log from that byte on was
/// written at that time or later. Marks are at least some milliseconds apart, more in a long log.
/// There is one pipe for standard output and error, so that their order in the log is the order of
/// writing; hence a mark does not say which of the two it was.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace gt {

struct LogMark {
  Time at{};
  std::int64_t offset = 0;  ///< bytes
  bool operator==(const LogMark&) const = default;
};

std::string to_line(const LogMark& mark);
/// A last line that is not whole (the writer is at work, or died) is passed over, as is what is no
/// mark.
std::vector<LogMark> parse_log_index(std::string_view text);

}  // namespace gt
