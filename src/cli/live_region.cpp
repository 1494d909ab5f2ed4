#include "cli/live_region.h"

#include <algorithm>
#include <utility>

#include "cli/wrapped_text.h"

namespace gt {

std::size_t LiveRegion::width() const { return std::max(console_.width(), 2U) - 1; }

void LiveRegion::draw(const std::vector<std::string>& lines) {
  std::string text = erasing() + std::exchange(scrolled_, {});
  drawn_columns_.clear();
  for (const std::string& line : lines) {
    text += (drawn_columns_.empty() ? "" : "\n") + line;
    drawn_columns_.push_back(columns_of(line));
  }
  console_.draw(text);
}

void LiveRegion::clear() {
  const std::string text = erasing() + std::exchange(scrolled_, {});
  drawn_columns_.clear();
  if (!text.empty()) console_.draw(text);
}

/// Lines that were drawn in a wider terminal take several rows in a narrower one.
std::string LiveRegion::erasing() const {
  if (drawn_columns_.empty()) return {};
  const std::size_t width = std::max(console_.width(), 1U);
  std::size_t rows = 0;
  for (const std::size_t columns : drawn_columns_)
    rows += std::max<std::size_t>(1, (columns + width - 1) / width);
  return rows > 1 ? fmt::format("\r\x1b[{}A\x1b[J", rows - 1) : "\r\x1b[J";
}

}  // namespace gt
