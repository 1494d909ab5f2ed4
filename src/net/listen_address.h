/// Where a server listens, as people write it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gt {

struct ListenAddress {
  std::string host = "127.0.0.1";  ///< in numbers, without brackets
  std::uint16_t port = 0;          ///< 0: any free one

  bool is_loopback() const;
  /// "127.0.0.1:4207", "[::1]:4207".
  std::string text() const;
};

/// "4207", "127.0.0.1:4207", "[::1]:4207", "localhost:4207". nullopt for anything else. Threads:
/// any.
std::optional<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace gt
