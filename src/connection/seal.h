/// Texts sealed with a key: AES-256-GCM (NIST SP 800-38D) with a nonce drawn for each.
///
/// Threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/result.h"

namespace gt {

struct SealingKey {
  std::array<std::uint8_t, 32> bytes{};

  bool operator==(const SealingKey&) const = default;
  /// By which sealed texts name it; tells nothing of the key. 16 hex digits.
  std::string id() const;
};

SealingKey draw_key(Entropy& entropy);

/// `context`: what the text belongs to; it opens for the same context only, so it cannot be moved
/// to another place. The result is one line of ASCII.
Result<std::string> seal(const SealingKey& key, std::string_view text, std::string_view context,
                         Entropy& entropy);
/// Errc::invalid: it was changed, or sealed with another key or context.
Result<std::string> unseal(const SealingKey& key, std::string_view sealed,
                           std::string_view context);
/// The id of the key that a text was sealed with. Errc::invalid for one that seal() did not make.
Result<std::string> key_of(std::string_view sealed);

}  // namespace gt
