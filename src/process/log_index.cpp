#include "process/log_index.h"

#include <charconv>

#include "base/text.h"

namespace gt {

std::string to_line(const LogMark& mark) {
  return fmt::format("{} {}\n", to_microseconds(mark.at), mark.offset);
}

std::vector<LogMark> parse_log_index(std::string_view text) {
  std::vector<LogMark> marks;
  text = text.substr(0, text.rfind('\n') + 1);
  for (const auto line : split(text, '\n')) {
    const auto* end = line.data() + line.size();
    std::int64_t at = 0;
    LogMark mark;
    const auto first = std::from_chars(line.data(), end, at);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ') continue;
    const auto second = std::from_chars(first.ptr + 1, end, mark.offset);
    if (second.ec != std::errc() || second.ptr != end) continue;
    mark.at = from_microseconds(at);
    marks.push_back(mark);
  }
  return marks;
}

}  // namespace gt
