#include "cli/wrapped_text.h"

#include "base/text.h"

namespace gt {

namespace {

constexpr std::size_t second_column = 26;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (continues_character(text[i])) continue;
    // U+0300…U+036F, the combining marks that file names and people's names have.
    const bool is_mark = text.substr(i).starts_with('\xcc') ||
                         (text.substr(i).starts_with('\xcd') && i + 1 < text.size() &&
                          static_cast<unsigned char>(text[i + 1]) < 0xb0U);
    if (!is_mark) ++columns;
  }
  return columns;
}

std::string wrapped(std::string_view text, std::size_t indent) {
  std::string result;
  for (const auto paragraph : split(text, '\n')) {
    std::size_t column = 0;
    for (const auto word : split(paragraph, ' ')) {
      if (word.empty()) continue;
      if (column > 0 && column + 1 + columns_of(word) > text_columns) {
        result += '\n';
        column = 0;
      }
      if (column == 0) {
        result.append(indent, ' ');
        column = indent;
      } else {
        result += ' ';
        ++column;
      }
      result += word;
      column += columns_of(word);
    }
    result += '\n';
  }
  return result;
}

std::string two_columns(std::string_view name, std::string_view text) {
  std::string lines = wrapped(text, second_column);
  const std::string head = "  " + std::string(name);
  if (columns_of(head) + 2 > second_column) return head + "\n" + lines;
  return lines.replace(0, second_column, padded(head, second_column));
}

std::string padded(std::string_view text, std::size_t columns) {
  const std::size_t taken = columns_of(text);
  std::string result(text);
  if (taken < columns) result.append(columns - taken, ' ');
  return result;
}

std::string clipped(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::string result;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < text.size() && taken + 1 < columns;) {
    std::size_t end = i + 1;
    while (end < text.size() && continues_character(text[end])) ++end;
    result += text.substr(i, end - i);
    taken += columns_of(text.substr(i, end - i));
    i = end;
  }
  return result + "…";
}

}  // namespace gt
