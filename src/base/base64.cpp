#include "base/base64.h"

#include <algorithm>
#include <cstdint>

namespace gt {

std::string base64_digits(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8U | (i + j < bytes.size() ? static_cast<std::uint8_t>(bytes[i + j]) : 0U);
    const std::size_t digits = std::min<std::size_t>(bytes.size() - i, 3) + 1;
    for (std::size_t j = 0; j < digits; ++j) text += alphabet[group >> (18 - 6 * j) & 63U];
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text = base64_digits(bytes, base64_alphabet);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

}  // namespace gt
