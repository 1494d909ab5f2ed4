#include "cli/table.h"

#include <algorithm>

#include "cli/wrapped_text.h"

namespace gt {

std::string Table::text(const Console& console) const {
  std::vector<std::size_t> widths;
  for (const std::string& title : titles_) widths.push_back(columns_of(title));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i].text));
  const std::size_t last = titles_.size() - 1;
  std::size_t before_last = 0;
  for (std::size_t i = 0; i < last; ++i) before_last += widths[i] + 2;
  if (console.facts().output.is_terminal && console.width() > before_last)
    widths[last] = std::min(widths[last], console.width() - before_last);

  std::string text;
  const auto add_cell = [&](std::size_t column, const std::string& words, Tone tone) {
    const bool is_last = column == last;
    text += console.painted(tone, is_last ? clipped(words, widths[column]) : words);
    if (is_last)
      text += '\n';
    else
      text.append(widths[column] + 2 - columns_of(words), ' ');
  };
  for (std::size_t i = 0; i < titles_.size(); ++i) add_cell(i, titles_[i], Tone::faint);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) add_cell(i, row[i].text, row[i].tone);
  return text;
}

}  // namespace gt
