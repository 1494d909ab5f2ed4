/// Names of machines to addresses.
#pragma once

#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <vector>

#include "base/result.h"
#include "net/patience.h"

namespace gt {

struct SocketAddress {
  sockaddr_storage bytes = {};
  socklen_t size = 0;
};

/// In the order in which they are to be tried; at least one. Errc::not_found: nobody knows the
/// name; unavailable and cancelled as Patience has it: the system's resolver, which cannot be
/// stopped, is left alone in a thread then. Threads: any.
Result<std::vector<SocketAddress>> resolve_host(const std::string& host, std::uint16_t port,
                                                Duration time_max, Patience& patience);

}  // namespace gt
