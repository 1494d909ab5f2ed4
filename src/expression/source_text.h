/// From offsets in a text to positions in its file. Threads: one.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/problem.h"

namespace gt {

/// Fast for offsets that mostly grow, as a parser asks for them.
class SourceText {
 public:
  /// The text must outlive it.
  SourceText(std::string_view text, const TextOrigin& origin)
      : text_(text), origin_(origin), position_(origin.start) {}

  std::string_view text() const { return text_; }
  Position position_at(std::size_t offset);

 private:
  std::string_view text_;
  TextOrigin origin_;
  std::size_t offset_ = 0;  // that position_ belongs to
  Position position_;
};

}  // namespace gt
