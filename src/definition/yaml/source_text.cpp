#include "definition/yaml/source_text.h"

#include <fmt/format.h>

#include "base/text.h"
#include "definition/problems.h"

namespace gt {
namespace {

struct Trouble {
  std::size_t offset;
  std::string message;
  std::string expected;
};

Problem problem_at(std::string_view text, Trouble trouble) {
  Position position{1, 1};
  for (const char c : text.substr(0, trouble.offset)) {
    if (c == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++position.column;
    }
  }
  return error_problem(position, std::move(trouble.message), std::move(trouble.expected));
}

/// Length of the longest prefix that is UTF-8, given that the whole is not.
std::size_t utf8_prefix(std::string_view text) {
  std::size_t good = 0;
  std::size_t bad = text.size();
  while (bad - good > 1) {
    const std::size_t middle = good + (bad - good) / 2;
    // A cut inside a character makes the prefix bad though nothing is wrong before it: look behind
    // the cut for the rest of the character.
    std::size_t cut = middle;
    while (cut < text.size() && cut - middle < 3 &&
           (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) {
      ++cut;
    }
    if (is_utf8(text.substr(0, cut))) {
      good = middle;
    } else {
      bad = middle;
    }
  }
  return good;
}

std::optional<Trouble> trouble_in(std::string_view text) {
  if (!is_utf8(text)) {
    return Trouble{utf8_prefix(text), "bytes that are not UTF-8", "a file in UTF-8"};
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte < 0x7F) continue;
    if (byte == '\n' || byte == '\t') continue;
    if (byte == '\r') {
      if (i + 1 < text.size() && text[i + 1] == '\n') continue;
      return Trouble{i, "a carriage return without a line feed", "lines that end in LF or CR LF"};
    }
    if (byte < 0x20 || byte == 0x7F) {
      return Trouble{i, fmt::format("the control character U+{:04X}", byte),
                     fmt::format("\"\\x{:02X}\" in double quotes", byte)};
    }
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("\xC2\x85")) {
      return Trouble{i, "the line break U+0085", "\"\\N\" in double quotes"};
    }
    if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) {
      const bool is_line = rest[2] == '\xA8';
      return Trouble{i, fmt::format("the line break U+{}", is_line ? "2028" : "2029"),
                     fmt::format("\"{}\" in double quotes", is_line ? "\\L" : "\\P")};
    }
    if (rest.starts_with("\xEF\xBB\xBF")) {
      return Trouble{i, "a byte order mark inside the file", "\"\\uFEFF\" in double quotes"};
    }
    if (byte == 0xC2 && static_cast<unsigned char>(rest[1]) < 0xA0) {
      return Trouble{
          i, fmt::format("the control character U+{:04X}", static_cast<unsigned char>(rest[1])),
          fmt::format("\"\\x{:02X}\" in double quotes", static_cast<unsigned char>(rest[1]))};
    }
    if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
      return Trouble{i, "a code point that is no character", "text"};
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::uint32_t> line_starts(std::string_view text) {
  std::vector<std::uint32_t> starts = {0};
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    starts.push_back(static_cast<std::uint32_t>(at + 1));
  }
  return starts;
}

std::string_view line_text(std::string_view text, const std::vector<std::uint32_t>& starts,
                           std::uint32_t line) {
  if (line == 0 || line > starts.size()) return {};
  const std::size_t start = starts[line - 1];
  const std::size_t end = line < starts.size() ? starts[line] - 1 : text.size();
  return text.substr(start, end - start);
}

std::optional<Problem> check_source_text(std::string_view text) {
  auto trouble = trouble_in(text);
  if (!trouble) return std::nullopt;
  return problem_at(text, std::move(*trouble));
}

}  // namespace gt
