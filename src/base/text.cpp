#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace gt {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> cells((a.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return cells[i * width + j];
  };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

// From large to small.
constexpr std::array duration_units = {Unit{"d", 86'400'000'000}, Unit{"h", 3'600'000'000},
                                       Unit{"m", 60'000'000},     Unit{"s", 1'000'000},
                                       Unit{"ms", 1'000},         Unit{"us", 1}};

constexpr std::array byte_units = {Unit{"Ki", 1LL << 10},
                                   Unit{"Mi", 1LL << 20},
                                   Unit{"Gi", 1LL << 30},
                                   Unit{"Ti", 1LL << 40},
                                   Unit{"K", 1'000},
                                   Unit{"M", 1'000'000},
                                   Unit{"G", 1'000'000'000},
                                   Unit{"T", 1'000'000'000'000},
                                   Unit{"", 1}};

// Takes "<digits>[.<digits>]" from the front.
std::optional<long double> take_number(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  if (size == 0) return std::nullopt;
  if (size + 1 < text.size() && text[size] == '.' && is_digit(text[size + 1])) {
    ++size;
    while (size < text.size() && is_digit(text[size])) ++size;
  }
  long double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + size, number);
  if (read.ec != std::errc()) return std::nullopt;
  text.remove_prefix(size);
  return number;
}

std::string_view take_letters(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && is_letter(text[size])) ++size;
  const auto letters = text.substr(0, size);
  text.remove_prefix(size);
  return letters;
}

// Beyond 2^62 sums of two could overflow; nobody means 146,000 years or 4 EiB.
constexpr long double amount_max = 0x1p62L;

Error not_a_duration(std::string_view text) {
  return Error{Errc::invalid, fmt::format("'{}' is not a duration", printable(text)),
               "write a number and a unit (us, ms, s, m, h, d), such as 90s, 1h30m or 500ms"};
}

Error not_a_size(std::string_view text) {
  return Error{
      Errc::invalid, fmt::format("'{}' is not a number of bytes", printable(text)),
      "write a number with K, M, G, T (decimal) or Ki, Mi, Gi, Ti (binary), such as 512Mi"};
}

// Characters that would move the cursor, hide, or reverse what follows them on a terminal.
bool is_unprintable(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
  if (character.size() == 2) return byte(0) == 0xc2 && byte(1) < 0xa0;  // C1 controls
  if (character.size() != 3 || byte(0) != 0xe2) return false;
  const unsigned low = (byte(1) & 0x3fU) << 6U | (byte(2) & 0x3fU);  // of U+2000 + low
  return (low >= 0x0e && low <= 0x0f) || (low >= 0x28 && low <= 0x2e) ||
         (low >= 0x66 && low <= 0x69);
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const std::size_t size = first < 0xc2   ? 0
                           : first < 0xe0 ? 2
                           : first < 0xf0 ? 3
                           : first < 0xf5 ? 4
                                          : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if (!is_continuation(text[i])) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second >= 0xa0;
  const bool too_large = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : size;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_length(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t word_max = 128;  // the distance costs the product of both lengths
  if (word.size() > word_max) return std::nullopt;
  const std::size_t limit = std::min<std::size_t>(3, (word.size() + 2) / 3);
  std::size_t best_distance = limit + 1;
  const std::string* best = nullptr;
  for (const auto& candidate : candidates) {
    if (candidate.size() > word.size() + limit || word.size() > candidate.size() + limit) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = &candidate;
  }
  if (best == nullptr) return std::nullopt;
  return *best;
}

std::optional<std::int64_t> parse_whole_number(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  return problem == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

std::string shell_quoted(std::string_view text) {
  const auto harmless = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("@%_+=:,./-").contains(c);
  };
  // A leading "=" or "~" means something to zsh and bash; "a=b" in front of a command is an
  // assignment.
  if (!text.empty() && text[0] != '=' && std::ranges::all_of(text, harmless))
    return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

std::string shell_quoted(std::span<const std::string> argv) {
  std::string line;
  for (const auto& word : argv) {
    // As the first word, "a=b" would be an assignment.
    const bool assignment = line.empty() && word.contains('=');
    if (!line.empty()) line += ' ';
    line += assignment && shell_quoted(word) == word ? "'" + word + "'" : shell_quoted(word);
  }
  return line;
}

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  long double total = 0;
  auto smaller = duration_units.begin();
  do {
    const auto number = take_number(rest);
    if (!number) return not_a_duration(text);
    const auto name = take_letters(rest);
    const auto unit = std::find_if(smaller, duration_units.end(),
                                   [&](const Unit& each) { return each.name == name; });
    if (unit == duration_units.end()) return not_a_duration(text);
    total += *number * static_cast<long double>(unit->factor);
    smaller = unit + 1;
  } while (!rest.empty());
  if (total > amount_max)
    return error(Errc::invalid, "the duration '{}' is too long", printable(text));
  return Duration(std::llroundl(total));
}

std::string format_duration(Duration duration) {
  const bool negative = duration < Duration::zero();
  const std::int64_t milliseconds = (negative ? -duration : duration).count() / 1000;
  const std::int64_t seconds = milliseconds / 1000;
  const char* sign = negative ? "-" : "";
  if (milliseconds < 100) return fmt::format("{}{}ms", sign, milliseconds);
  if (seconds < 60) return fmt::format("{}{}.{}s", sign, seconds, milliseconds / 100 % 10);
  if (seconds < 3600) return fmt::format("{}{}m{:02}s", sign, seconds / 60, seconds % 60);
  if (seconds < 86400) return fmt::format("{}{}h{:02}m", sign, seconds / 3600, seconds / 60 % 60);
  return fmt::format("{}{}d{:02}h", sign, seconds / 86400, seconds / 3600 % 24);
}

Result<std::int64_t> parse_bytes(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  const auto unit = std::ranges::find(byte_units, rest, &Unit::name);
  if (!number || unit == byte_units.end()) return not_a_size(text);
  const long double bytes = *number * static_cast<long double>(unit->factor);
  if (bytes > amount_max)
    return error(Errc::invalid, "the size '{}' is too large", printable(text));
  return std::llroundl(bytes);
}

std::string format_bytes(std::int64_t bytes) {
  if (bytes < 1024 && bytes > -1024) return fmt::format("{} B", bytes);
  constexpr std::array names = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // 1023.95 would be shown as 1024.0.
  while (std::abs(amount) >= 1023.95) {
    amount /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", amount, names[unit]);
}

std::string format_time(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::int64_t milliseconds = (time - day).count() / 1000;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     milliseconds / 3'600'000, milliseconds / 60'000 % 60, milliseconds / 1000 % 60,
                     milliseconds % 1000);
}

bool is_name(std::string_view text) {
  constexpr std::size_t name_bytes_max = 128;
  if (text.empty() || text.size() > name_bytes_max) return false;
  if (!is_letter(text[0]) && text[0] != '_') return false;
  return std::ranges::all_of(
      text, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = utf8_length(text);
    const auto character = text.substr(0, std::max<std::size_t>(size, 1));
    text.remove_prefix(character.size());
    if (size != 0 && !is_unprintable(character))
      shown += character;
    else if (character == "\n")
      shown += "\\n";
    else if (character == "\t")
      shown += "\\t";
    else if (character == "\r")
      shown += "\\r";
    else
      for (const char c : character)
        fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<unsigned char>(c));
  }
  return shown;
}

std::string escaped(std::string_view text) {
  // Most texts need nothing.
  if (std::ranges::all_of(text,
                          [](char c) { return c > ' ' && c < 0x7f && c != '\\' && c != '"'; }))
    return std::string(text);
  std::string word;
  word.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = utf8_length(text);
    const auto character = text.substr(0, std::max<std::size_t>(size, 1));
    text.remove_prefix(character.size());
    const bool special = character == "\\" || character == "\"" || character == " ";
    if (size != 0 && !special && !is_unprintable(character))
      word += character;
    else if (character == "\\")
      word += "\\\\";
    else
      for (const char c : character)
        fmt::format_to(std::back_inserter(word), "\\x{:02x}", static_cast<unsigned char>(c));
  }
  return word;
}

std::optional<std::string> unescaped(std::string_view word) {
  std::string text;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '\\') {
      text += word[i];
    } else if (word.substr(i, 2) == "\\\\") {
      text += '\\';
      ++i;
    } else {
      unsigned char byte = 0;
      const char* digits = word.data() + i + 2;
      if (word.size() < i + 4 || word[i + 1] != 'x') return std::nullopt;
      if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
      text += static_cast<char>(byte);
      i += 3;
    }
  }
  // Any other spelling of the same bytes is refused, so that equal texts have equal words.
  if (escaped(text) != word) return std::nullopt;
  return text;
}

}  // namespace gt
