#include "reproduce/clues.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace gt {

namespace {

using std::chrono::seconds;

/// Clocks are read before and after what they are to tell.
constexpr Duration tolerance = seconds(2);
/// Zones differ from UTC by whole quarters of an hour, at most so much.
constexpr Duration zone_quarter = std::chrono::minutes(15);
constexpr Duration zone_max = std::chrono::hours(14);
/// Around a difference in bytes without lines.
constexpr std::size_t bytes_around = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_within(Time at, const Span& during) {
  return at >= during.from - tolerance && at <= during.to + tolerance;
}

/// In some zone.
bool is_within_by_zone(Time at, const Span& during) {
  for (Duration zone = -zone_max; zone <= zone_max; zone += zone_quarter)
    if (is_within(at + zone, during)) return true;
  return false;
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, by their number of digits.
bool is_epoch(std::string_view digits, const Span& during) {
  const auto value = parse_whole_number(digits);
  if (!value) return false;
  switch (digits.size()) {
    case 10:
      return is_within(Time(seconds(*value)), during);
    case 13:
      return is_within(Time(std::chrono::milliseconds(*value)), during);
    case 16:
      return is_within(Time(Duration(*value)), during);
    case 19:
      return is_within(Time(Duration(*value / 1000)), during);
    default:
      return false;
  }
}

/// "2026-11-28", and the time behind it if there is one.
bool is_date_at(std::string_view text, const Span& during) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = parse_whole_number(text.substr(0, 4)),
             month = parse_whole_number(text.substr(5, 2)),
             day = parse_whole_number(text.substr(8, 2));
  if (!year || !month || !day) return false;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return false;
  const Time midnight = Time(std::chrono::sys_days(date));
  const bool is_that_day = midnight >= during.from - zone_max - std::chrono::hours(24) &&
                           midnight <= during.to + zone_max;
  return is_that_day;
}

bool is_clock_at(std::string_view text, const Span& during) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return false;
  const auto hours = parse_whole_number(text.substr(0, 2)),
             minutes = parse_whole_number(text.substr(3, 2)),
             secs = parse_whole_number(text.substr(6, 2));
  if (!hours || !minutes || !secs || *hours > 23 || *minutes > 59 || *secs > 60) return false;
  const auto of_day = std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + seconds(*secs);
  const Time midnight = std::chrono::floor<std::chrono::days>(during.from);
  return is_within_by_zone(midnight + of_day, during);
}

bool has_seconds_in_bytes(std::string_view bytes, const Span& during) {
  for (std::size_t at = 0; at + 4 <= bytes.size(); ++at) {
    std::uint32_t little = 0, big = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      little |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
      big = big << 8U | static_cast<unsigned char>(bytes[at + i]);
    }
    if (is_within(Time(seconds(little)), during) || is_within(Time(seconds(big)), during))
      return true;
  }
  return false;
}

bool is_text(std::string_view bytes) {
  return std::ranges::none_of(bytes, [](char c) { return c == '\0' || (c > 0 && c < 9); });
}

/// The line around an offset; of bytes without lines, what is near.
std::string_view around(std::string_view text, std::size_t offset) {
  const std::size_t before = text.rfind('\n', offset == 0 ? 0 : offset - 1);
  std::size_t from = before == text.npos ? 0 : before + 1;
  std::size_t to = std::min(text.find('\n', offset), text.size());
  if (!is_text(text.substr(from, to - from))) {
    from = offset < bytes_around ? 0 : offset - bytes_around;
    to = std::min(text.size(), offset + bytes_around);
  }
  return text.substr(from, to - from);
}

bool has_equal_lines(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  std::vector<std::string_view> lines_a = split(a, '\n'), lines_b = split(b, '\n');
  if (lines_a.size() < 2) {
    // One long line: a list or an object.
    lines_a = split(a, ',');
    lines_b = split(b, ',');
    const auto bare = [](std::string_view part) {
      while (!part.empty() && std::string_view(" []{}()\n").contains(part.front()))
        part.remove_prefix(1);
      while (!part.empty() && std::string_view(" []{}()\n").contains(part.back()))
        part.remove_suffix(1);
      return part;
    };
    std::ranges::transform(lines_a, lines_a.begin(), bare);
    std::ranges::transform(lines_b, lines_b.begin(), bare);
  }
  std::ranges::sort(lines_a);
  std::ranges::sort(lines_b);
  return lines_a == lines_b;
}

}  // namespace

std::optional<std::size_t> first_difference(std::string_view a, std::string_view b) {
  const auto [at, other] = std::ranges::mismatch(a, b);
  if (at == a.end() && other == b.end()) return std::nullopt;
  return static_cast<std::size_t>(at - a.begin());
}

std::size_t line_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  return static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
}

bool names_time(std::string_view text, const Span& during) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at]) || (at > 0 && is_digit(text[at - 1]))) continue;
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    const std::string_view rest = text.substr(at);
    if (is_epoch(text.substr(at, end - at), during) || is_date_at(rest, during) ||
        is_clock_at(rest, during))
      return true;
  }
  return !is_text(text) && has_seconds_in_bytes(text, during);
}

Clue find_clue(const Written& a, const Written& b) {
  const auto offset = first_difference(a.text, b.text);
  if (!offset) return Clue::none;
  const std::string_view in_a = around(a.text, *offset), in_b = around(b.text, *offset);
  const bool has_folders = !a.folder.empty() && !b.folder.empty();
  if (has_folders && in_a.contains(a.folder) && in_b.contains(b.folder)) return Clue::folder;
  if (has_equal_lines(a.text, b.text)) return Clue::order;
  if (names_time(in_a, a.during) && names_time(in_b, b.during)) return Clue::time;
  return Clue::none;
}

}  // namespace gt
