#include "net/listen_socket.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/text.h"

namespace gt {
namespace {

struct Address {
  sockaddr_storage storage = {};
  socklen_t size = 0;
};

Result<Address> address_of(const std::string& text, std::uint16_t port) {
  Address address;
  sockaddr_in v4 = {};
  sockaddr_in6 v6 = {};
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.size = sizeof v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&address.storage, &v6, sizeof v6);
    address.size = sizeof v6;
  } else {
    return Error{Errc::invalid, fmt::format("'{}' is no address in numbers", printable(text)),
                 "such as 127.0.0.1 or ::1"};
  }
  return address;
}

}  // namespace

Result<UniqueFd> listen_at(const std::string& address, std::uint16_t port) {
  const Address bound = TRY(address_of(address, port));
  const std::string what = fmt::format("listening at {} port {}", address, port);
  UniqueFd fd(::socket(bound.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return errno_error(errno, what);
  // A server that is started again takes its port in spite of old connections that linger.
  const int yes = 1;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&bound.storage), bound.size) != 0 ||
      ::listen(fd.get(), SOMAXCONN) != 0) {
    const int reason = errno;
    Error failed = errno_error(reason, what);
    if (reason == EADDRINUSE || reason == EADDRNOTAVAIL) failed.code = Errc::conflict;
    return failed;
  }
  return fd;
}

Result<std::uint16_t> port_of(int socket) {
  sockaddr_storage storage = {};
  socklen_t size = sizeof storage;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0)
    return errno_error(errno, "asking for the port");
  // Both families have it in the same place.
  sockaddr_in address;
  std::memcpy(&address, &storage, sizeof address);
  return ntohs(address.sin_port);
}

}  // namespace gt
