/// Sockets that wait for connections.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.h"

namespace gt {

/// Listens at an address in numbers and does not block; port 0 is any free one. Errc::invalid: no
/// such address; conflict: the port is taken, or the address is not this machine's; else those of
/// errno_error. Threads: any.
Result<UniqueFd> listen_at(const std::string& address, std::uint16_t port);

/// The port that a socket is bound to.
Result<std::uint16_t> port_of(int socket);

}  // namespace gt
