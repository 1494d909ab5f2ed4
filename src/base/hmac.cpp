#include "base/hmac.h"

#include <algorithm>
#include <array>

namespace gt {

namespace {

constexpr std::size_t block_bytes = 64;
using Block = std::array<char, block_bytes>;

std::string_view text_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

Digest keyed(const Block& key, char pad, std::string_view message) {
  Block padded{};
  std::ranges::transform(key, padded.begin(), [&](char c) { return static_cast<char>(c ^ pad); });
  Sha256 hash;
  hash.update({padded.data(), padded.size()});
  hash.update(message);
  return hash.finish();
}

}  // namespace

Digest hmac_sha256(std::string_view key, std::string_view message) {
  Block block{};
  if (key.size() > block_bytes)
    std::ranges::copy(text_of(sha256(key)), block.begin());
  else
    std::ranges::copy(key, block.begin());
  constexpr char inner_pad = 0x36, outer_pad = 0x5c;
  const Digest inner = keyed(block, inner_pad, message);
  return keyed(block, outer_pad, text_of(inner));
}

bool is_equal_secret(std::string_view left, std::string_view right) {
  // Digests of what may differ in length do not.
  const Digest a = sha256(left), b = sha256(right);
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.bytes.size(); ++i)
    difference |= static_cast<unsigned>(a.bytes[i] ^ b.bytes[i]);
  return difference == 0;
}

}  // namespace gt
