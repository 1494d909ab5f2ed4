/// Who is at the other end of a TCP connection.
///
/// On this machine the kernel knows which user owns the other socket, and tells it through
/// NETLINK_SOCK_DIAG (`man 7 sock_diag`) for the exact pair of addresses and ports. So a server on
/// a loopback address can tell its own user from others without a password.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace gt {

struct Peer {
  /// In numbers: "127.0.0.1", "::1"; an IPv4 address that came by IPv6 (::ffff:…) as IPv4. Empty if
  /// the connection was gone before it could be asked.
  std::string address;
  std::uint16_t port = 0;
  bool is_loopback = false;
  /// The owner of the peer's socket. nullopt where it cannot be known: not loopback, netlink
  /// refused, the peer has closed its socket, or its user has no name in our user namespace. Behind
  /// a proxy or a forwarded port it is the proxy's owner.
  std::optional<uid_t> uid;
};

/// Asks once; later the peer may have closed its socket. Never waits. Threads: any.
Peer peer_of(int socket);

}  // namespace gt
