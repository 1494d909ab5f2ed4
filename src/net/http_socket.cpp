#include "net/http_socket.h"

#include <array>
#include <string>

namespace gt {

namespace {

/// Of a record of TLS: what is decrypted of one read is no more than two.
constexpr std::size_t raw_bytes_max = 16U << 10U;

}  // namespace

/// Shared with the writes that are on their way, which may end after the connection has gone.
class HttpSocket::Tls : public std::enable_shared_from_this<Tls> {
 public:
  Tls(IoSocket& socket, TlsSession session) : socket_(&socket), session_(std::move(session)) {}

  std::pair<IoSocket::Read, std::size_t> read(std::span<char> buffer) {
    std::array<char, raw_bytes_max> raw;
    const auto [kind, size] = socket_->read(raw);
    if (kind != IoSocket::Read::some) return {kind, 0};
    session_.feed({raw.data(), size});
    auto taken = decrypt(buffer);
    send();
    return taken;
  }

  void write(std::string_view first, std::string_view second,
             std::move_only_function<void(bool)> then) {
    const bool is_good = session_.write(first).ok() && session_.write(second).ok();
    then_ = std::move(then);
    has_failed_ = has_failed_ || !is_good;
    send();
  }

  void end_sending() {
    session_.end();
    is_ending_ = true;
    send();
  }

  void leave() { socket_ = nullptr; }

 private:
  std::pair<IoSocket::Read, std::size_t> decrypt(std::span<char> buffer) {
    if (!is_open_) {
      const auto done = session_.shake_hands();
      if (!done) return {IoSocket::Read::ended, 0};
      is_open_ = *done;
      if (!is_open_) return {IoSocket::Read::nothing_yet, 0};
    }
    std::size_t total = 0;
    while (total < buffer.size()) {
      const auto read = session_.read(buffer.subspan(total));
      if (!read || read->first == TlsSession::Read::ended) {
        // What came before the end counts; the end is seen with the next read.
        if (total == 0) return {IoSocket::Read::ended, 0};
        break;
      }
      if (read->first == TlsSession::Read::nothing_yet) break;
      total += read->second;
    }
    return {total == 0 ? IoSocket::Read::nothing_yet : IoSocket::Read::some, total};
  }

  /// One write of the socket at a time; what comes meanwhile goes with the next one.
  void send() {
    if (socket_ == nullptr || is_sending_) return;
    bytes_ = session_.take();
    if (bytes_.empty()) {
      if (then_) std::exchange(then_, nullptr)(!has_failed_);
      if (is_ending_ && socket_ != nullptr) socket_->end_sending();
      return;
    }
    is_sending_ = true;
    socket_->write(bytes_, {}, [self = shared_from_this()](bool is_sent) {
      self->is_sending_ = false;
      self->has_failed_ = self->has_failed_ || !is_sent;
      if (is_sent && self->socket_ != nullptr) return self->send();
      if (self->then_) std::exchange(self->then_, nullptr)(false);
    });
  }

  IoSocket* socket_;  ///< null once it has gone
  TlsSession session_;
  std::string bytes_;  ///< on their way
  std::move_only_function<void(bool)> then_;
  bool is_open_ = false, is_sending_ = false, is_ending_ = false, has_failed_ = false;
};

HttpSocket::HttpSocket(IoLoop& loop, UniqueFd fd, const TlsContext* tls)
    : socket_(loop, std::move(fd)) {
  if (tls == nullptr) return;
  if (auto session = TlsSession::start(*tls, ""))
    tls_ = std::make_shared<Tls>(socket_, *std::move(session));
  else
    socket_.close();
}

HttpSocket::~HttpSocket() {
  if (tls_) tls_->leave();
}

void HttpSocket::when_readable(IoAction then) { socket_.when_readable(std::move(then)); }

std::pair<IoSocket::Read, std::size_t> HttpSocket::read(std::span<char> buffer) {
  return tls_ ? tls_->read(buffer) : socket_.read(buffer);
}

void HttpSocket::write(std::string_view first, std::string_view second,
                       std::move_only_function<void(bool)> then) {
  if (tls_)
    tls_->write(first, second, std::move(then));
  else
    socket_.write(first, second, std::move(then));
}

void HttpSocket::end_sending() {
  if (tls_)
    tls_->end_sending();
  else
    socket_.end_sending();
}

void HttpSocket::close() {
  if (tls_) tls_->leave();
  socket_.close();
}

void HttpSocket::abort() {
  if (tls_) tls_->leave();
  socket_.abort();
}

}  // namespace gt
