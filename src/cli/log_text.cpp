#include "cli/log_text.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr off_t tail_bytes_max = 16 << 10;

/// The length of `ESC [ digits and ; m` at the beginning, 0 for anything else.
std::size_t colour_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

bool stays(char c) { return c == '\n' || c == '\t'; }

}  // namespace

std::string terminal_safe(std::string_view bytes) {
  std::string text;
  std::size_t plain = 0;
  const auto flush = [&](std::size_t end) {
    if (end > plain) text += printable(bytes.substr(plain, end - plain));
  };
  for (std::size_t i = 0; i < bytes.size();) {
    const bool ends_line = bytes.substr(i).starts_with("\r\n");
    const std::size_t kept = stays(bytes[i]) ? 1 : ends_line ? 2 : colour_length(bytes.substr(i));
    if (kept == 0) {
      ++i;
      continue;
    }
    flush(i);
    text += bytes.substr(i, kept);
    i += kept;
    plain = i;
  }
  flush(bytes.size());
  return text;
}

std::vector<std::string> last_lines(const std::string& path, std::size_t lines_max) {
  const auto file = open_regular_file(path);
  if (!file) return {};
  const off_t size = ::lseek(file->get(), 0, SEEK_END);
  const off_t start = std::max<off_t>(0, size - tail_bytes_max);
  if (size < 0 || ::lseek(file->get(), start, SEEK_SET) < 0) return {};
  const auto bytes = read_all(file->get());
  if (!bytes) return {};
  std::string_view rest = *bytes;
  if (start > 0) rest.remove_prefix(std::min(rest.size(), rest.find('\n') + 1));
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  if (rest.empty()) return {};
  const auto lines = split(rest, '\n');
  const std::size_t first = lines.size() > lines_max ? lines.size() - lines_max : 0;
  return {lines.begin() + static_cast<std::ptrdiff_t>(first), lines.end()};
}

std::vector<LogLine> timed_lines(std::string_view bytes, std::int64_t offset,
                                 const std::vector<LogMark>& marks, Time began_at) {
  std::vector<LogLine> lines;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const auto after = std::ranges::upper_bound(marks, offset, {}, &LogMark::offset);
    lines.push_back({after == marks.begin() ? began_at : std::prev(after)->at,
                     std::string(bytes.substr(0, end))});
    const std::size_t taken = std::min(end + 1, bytes.size());
    bytes.remove_prefix(taken);
    offset += static_cast<std::int64_t>(taken);
  }
  return lines;
}

}  // namespace gt
