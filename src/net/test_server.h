/// The other end of a client in tests: gives what it was told, also what is wrong.
#pragma once

#include <arpa/inet.h>
#include <array>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

#include "base/file.h"
#include "net/tls.h"

namespace gt {

/// Takes connections that nobody serves.
class TestListener {
 public:
  TestListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const bytes = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_.get(), bytes, size) == 0);
    REQUIRE(::listen(socket_.get(), 16) == 0);
    REQUIRE(::getsockname(socket_.get(), bytes, &size) == 0);
    port_ = ntohs(address.sin_port);
  }

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view target = "/", std::string_view scheme = "http") const {
    return fmt::format("{}://127.0.0.1:{}{}", scheme, port_, target);
  }
  int fd() const { return socket_.get(); }

 private:
  UniqueFd socket_;
  std::uint16_t port_ = 0;
};

/// Answers one connection after the other: each request by the next of `answers`, byte for byte.
class TestServer {
 public:
  explicit TestServer(std::vector<std::string> answers, std::optional<TlsContext> tls = {})
      : answers_(std::move(answers)), tls_(std::move(tls)), thread_([this](std::stop_token stop) {
          for (const std::string& answer : answers_)
            if (!serve(answer, stop)) return;
        }) {}
  ~TestServer() {
    thread_.request_stop();
    thread_.join();
  }

  std::string url(std::string_view target = "/") const {
    return listener_.url(target, tls_ ? "https" : "http");
  }
  std::uint16_t port() const { return listener_.port(); }

  /// What came, when all answers are given.
  std::vector<std::string> requests() {
    thread_.join();
    thread_ = std::jthread([] {});
    return requests_;
  }

 private:
  bool serve(const std::string& answer, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd ready = {.fd = listener_.fd(), .events = POLLIN, .revents = 0};
      if (::poll(&ready, 1, 10) != 1) continue;
      const UniqueFd peer(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
      if (tls_)
        converse_encrypted(peer.get(), answer);
      else
        converse(peer.get(), answer);
      return true;
    }
    return false;
  }

  static std::string receive(int fd) {
    pollfd ready = {.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 20'000) != 1) return {};
    std::array<char, 16'384> buffer;
    const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

  static bool is_whole(const std::string& request) {
    const std::size_t head = request.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const std::size_t field = request.find("Content-Length: ");
    return field == std::string::npos ||
           request.size() >= head + 4 + std::stoul(request.substr(field + 16));
  }

  static void send(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void converse(int fd, const std::string& answer) {
    std::string& request = requests_.emplace_back();
    while (!is_whole(request)) {
      const std::string more = receive(fd);
      if (more.empty()) return;
      request += more;
    }
    send(fd, answer);
    ::shutdown(fd, SHUT_WR);
    while (!receive(fd).empty()) continue;
  }

  void converse_encrypted(int fd, const std::string& answer) {
    std::string& request = requests_.emplace_back();
    auto session = TlsSession::start(*tls_, "");
    bool is_open = false;
    while (!is_whole(request)) {
      const std::string more = receive(fd);
      if (more.empty()) return;
      session->feed(more);
      if (!is_open) {
        const auto opened = session->shake_hands();
        send(fd, session->take());
        if (!opened) return;
        is_open = *opened;
      }
      std::array<char, 16'384> buffer;
      const auto read = is_open ? session->read(buffer)
                                : Result(std::pair(TlsSession::Read::nothing_yet, std::size_t{0}));
      if (!read) return;
      request.append(buffer.data(), read->second);
    }
    // Without a word of its end, as who cuts a connection does.
    const bool is_cut = answer.ends_with("<cut>");
    (void)session->write(answer.substr(0, answer.size() - (is_cut ? 5 : 0)));
    if (!is_cut) session->end();
    send(fd, session->take());
    ::shutdown(fd, SHUT_WR);
    while (!receive(fd).empty()) continue;
  }

  TestListener listener_;
  std::vector<std::string> answers_;
  std::optional<TlsContext> tls_;
  std::vector<std::string> requests_;
  std::jthread thread_;
};

}  // namespace gt
