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

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 == 0 && text.ends_with('=')) text.remove_suffix(text.ends_with("==") ? 2 : 1);
  std::string bytes;
  std::uint32_t group = 0;
  std::size_t bits = 0;
  for (const char c : text) {
    const std::size_t digit = base64_alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    group = group << 6U | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xFFU);
  }
  // One digit more says nothing, and what is left over of a byte is zero.
  if (text.size() % 4 == 1 || (group & ((1U << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace gt
