#include "cli/log_text.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "process/log_file.h"

namespace gt {

namespace {

constexpr std::int64_t tail_bytes_max = 16 << 10;

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

std::vector<std::string> last_lines(const std::string& folder, std::size_t lines_max) {
  auto log = LogFile::open(folder);
  const auto size = log ? log->bytes() : Result<std::int64_t>(log.error());
  if (!size) return {};
  const std::int64_t start = std::max<std::int64_t>(0, *size - tail_bytes_max);
  const auto bytes = log->read(start, tail_bytes_max);
  if (!bytes) return {};
  std::string_view rest = *bytes;
  if (start > 0) rest.remove_prefix(std::min(rest.size(), rest.find('\n') + 1));
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  if (rest.empty()) return {};
  const auto lines = split(rest, '\n');
  const std::size_t first = lines.size() > lines_max ? lines.size() - lines_max : 0;
  return {lines.begin() + static_cast<std::ptrdiff_t>(first), lines.end()};
}

}  // namespace gt
