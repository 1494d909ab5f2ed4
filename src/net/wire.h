/// A connection that we open to another machine; no wait of it is without an end.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "net/patience.h"
#include "net/tls.h"

namespace gt {

/// Every call fails as Patience::await() does. Threads: one.
class Wire {
 public:
  /// `patience` is for all that follows, and must live as long. Errc::not_found: nobody knows the
  /// name; unavailable: nobody answers there.
  static Result<Wire> connect(const std::string& host, std::uint16_t port,
                              Duration connect_time_max, Patience& patience);

  /// From here on everything is encrypted. What came before the handshake and was not read is
  /// refused, as nobody signed it. Errors as TlsSession::shake_hands().
  Result<void> start_tls(const TlsContext& context, const std::string& host);
  bool is_encrypted() const { return tls_.has_value(); }

  /// At least one byte; 0 at the end. Errc::unavailable: the connection broke, or it is encrypted
  /// and was cut off.
  Result<std::size_t> read(std::span<char> buffer);
  /// All of it.
  Result<void> write(std::string_view bytes);
  /// Says that nothing more is written, as far as that can be said without a wait.
  void end();

 private:
  Wire(UniqueFd socket, Patience& patience) : socket_(std::move(socket)), patience_(&patience) {}
  Result<std::size_t> receive(std::span<char> buffer);
  Result<void> send(std::string_view bytes);
  Result<void> receive_for_tls();

  UniqueFd socket_;
  Patience* patience_;
  std::optional<TlsSession> tls_;
};

}  // namespace gt
