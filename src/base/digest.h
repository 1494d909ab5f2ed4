/// SHA-256 (FIPS 180-4) of bytes: the name of every artifact, source file and cache key.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gt {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Digest&) const = default;
  /// 64 lower-case hex digits, the only text form.
  std::string hex() const;
  /// nullopt unless `text` is exactly 64 lower-case hex digits.
  static std::optional<Digest> parse(std::string_view text);
};

Digest sha256(std::string_view bytes);

/// SHA-256 of bytes that come in pieces. Threads: one.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  /// The digest; the object starts anew.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gt

template <>
struct std::hash<gt::Digest> {
  std::size_t operator()(const gt::Digest& digest) const noexcept {
    std::size_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8U | digest.bytes[i];
    return value;
  }
};
