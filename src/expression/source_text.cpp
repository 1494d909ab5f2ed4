#include "expression/source_text.h"

namespace gt {

Position SourceText::position_at(std::size_t offset) {
  if (offset < offset_) {
    offset_ = 0;
    position_ = origin_.start;
  }
  for (; offset_ < offset && offset_ < text_.size(); ++offset_) {
    const auto byte = static_cast<unsigned char>(text_[offset_]);
    if (byte == '\n') {
      ++position_.line;
      position_.column = origin_.next_lines_column;
    } else if ((byte & 0xC0U) != 0x80U) {  // continuation bytes are no characters of their own
      ++position_.column;
    }
  }
  return position_;
}

}  // namespace gt
