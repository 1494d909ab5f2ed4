/// The other end of a connection in tests: bytes as they are, also wrong ones.
#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>

#include "base/file.h"

namespace gt {

/// Waits as long as a broken server would make a test hang, and fails it then.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port, int receive_buffer_bytes = 0) {
    socket_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer_bytes > 0)
      ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                   sizeof receive_buffer_bytes);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
  }

  int fd() const { return socket_.get(); }
  void close() { socket_.reset(); }
  void end_sending() { ::shutdown(socket_.get(), SHUT_WR); }

  /// False when the server has closed the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Up to and with this text; what came, if the end came before.
  std::string read_to(std::string_view end) {
    while (received_.find(end) == std::string::npos && receive()) continue;
    const std::size_t found = received_.find(end);
    return take(found == std::string::npos ? received_.size() : found + end.size());
  }

  /// All that comes until the server closes.
  std::string read_to_end() {
    while (receive()) continue;
    return take(received_.size());
  }

  /// Waits for the end without reading what comes before it.
  void await_end() {
    pollfd end = {.fd = socket_.get(), .events = POLLRDHUP, .revents = 0};
    REQUIRE_MESSAGE(::poll(&end, 1, hang_milliseconds) == 1, "the server does not close");
  }

  /// One answer with a Content-Length, head and body.
  std::string read_answer() {
    std::string answer = read_to("\r\n\r\n");
    const std::size_t field = answer.find("Content-Length: ");
    if (field == std::string::npos) return answer;
    const std::size_t size = std::stoul(answer.substr(field + 16));
    while (received_.size() < size && receive()) continue;
    return answer + take(std::min(size, received_.size()));
  }

 private:
  bool receive() {
    pollfd ready = {.fd = socket_.get(), .events = POLLIN, .revents = 0};
    REQUIRE_MESSAGE(::poll(&ready, 1, hang_milliseconds) == 1, "the server does not answer");
    std::array<char, 16'384> buffer;
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    received_.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
  }

  std::string take(std::size_t size) {
    std::string taken = received_.substr(0, size);
    received_.erase(0, size);
    return taken;
  }

  static constexpr int hang_milliseconds = 20'000;

  UniqueFd socket_;
  std::string received_;
};

/// Whether a connection to this port is refused.
inline bool listens_nobody(std::uint16_t port) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
}

}  // namespace gt
