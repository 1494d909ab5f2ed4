#include "net/wire.h"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "net/resolve.h"

namespace gt {
namespace {

Result<UniqueFd> connect_to(const SocketAddress& address, Duration time_max, Patience& patience) {
  UniqueFd fd(
      ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  if (!fd) return errno_error(errno, "connecting");
  const int one = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const auto* const target = reinterpret_cast<const sockaddr*>(&address.bytes);
  if (::connect(fd.get(), target, address.size) == 0) return fd;
  // A signal does not end the attempt.
  if (errno != EINPROGRESS && errno != EINTR) return errno_error(errno, "connecting");
  TRY(patience.await(fd.get(), POLLOUT, time_max).context("connecting"));
  int failed = 0;
  socklen_t size = sizeof failed;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &failed, &size);
  if (failed != 0) return errno_error(failed, "connecting");
  return fd;
}

}  // namespace

Result<Wire> Wire::connect(const std::string& host, std::uint16_t port, Duration connect_time_max,
                           Patience& patience) {
  const auto addresses = TRY(resolve_host(host, port, connect_time_max, patience));
  Error last;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // A silent address must not use up the time of the others.
    const auto share = connect_time_max / static_cast<std::int64_t>(addresses.size());
    auto fd = connect_to(addresses[i], share, patience);
    if (fd) return Wire(*std::move(fd), patience);
    last = std::move(fd).error();
    if (last.code == Errc::cancelled) break;
  }
  return last;
}

Result<std::size_t> Wire::receive(std::span<char> buffer) {
  for (;;) {
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
      return errno_error(errno, "the connection broke");
    TRY(patience_->await(socket_.get(), POLLIN));
  }
}

Result<void> Wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
      continue;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
      return errno_error(errno, "the connection broke");
    TRY(patience_->await(socket_.get(), POLLOUT));
  }
  return {};
}

Result<void> Wire::receive_for_tls() {
  std::array<char, 16'384> buffer;
  const std::size_t size = TRY(receive(buffer));
  if (size == 0) return error(Errc::unavailable, "the connection was cut off");
  tls_->feed({buffer.data(), size});
  return {};
}

Result<void> Wire::start_tls(const TlsContext& context, const std::string& host) {
  char early;
  if (::recv(socket_.get(), &early, 1, MSG_PEEK) > 0)
    return error(Errc::unavailable, "the other end speaks before TLS begins");
  tls_ = TRY(TlsSession::start(context, host));
  for (;;) {
    const auto done = tls_->shake_hands();
    // Also the alert that says why it is refused.
    const auto sent = send(tls_->take());
    if (!done) return done.error();
    TRY(sent);
    if (*done) return {};
    TRY(receive_for_tls());
  }
}

Result<std::size_t> Wire::read(std::span<char> buffer) {
  if (!tls_) return receive(buffer);
  for (;;) {
    const auto [state, size] = TRY(tls_->read(buffer));
    TRY(send(tls_->take()));
    if (state == TlsSession::Read::some) return size;
    if (state == TlsSession::Read::ended) return std::size_t{0};
    TRY(receive_for_tls());
  }
}

Result<void> Wire::write(std::string_view bytes) {
  if (!tls_) return send(bytes);
  // In parts, so that what is encrypted and not sent yet stays small.
  constexpr std::size_t part_size = 64U << 10U;
  while (!bytes.empty()) {
    TRY(tls_->write(bytes.substr(0, part_size)));
    TRY(send(tls_->take()));
    bytes.remove_prefix(std::min(part_size, bytes.size()));
  }
  return {};
}

void Wire::end() {
  if (!tls_) return;
  tls_->end();
  const std::string last = tls_->take();
  (void)::send(socket_.get(), last.data(), last.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace gt
