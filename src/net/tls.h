/// TLS over bytes in memory (OpenSSL): whoever owns the socket carries them. TLS 1.2 and newer.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace gt {

/// Whom we trust, or who we are; for any number of sessions. Threads: any.
class TlsContext {
 public:
  /// Trusts what the system trusts, and the certificates of `ca_file` (PEM) besides, unless it is
  /// empty. Errc::invalid: the file has none.
  static Result<TlsContext> for_client(const std::string& ca_file = {});
  /// Errc::invalid: files (PEM) that are none, or do not belong together.
  static Result<TlsContext> for_server(const std::string& certificate_file,
                                       const std::string& key_file);

  /// Whose certificate it is: the names and addresses (IPv6 in brackets) that it says, without
  /// those with a star; of a server's.
  const std::vector<std::string>& names() const;

  struct OpenSsl;
  const OpenSsl& open_ssl() const { return *open_ssl_; }

 private:
  explicit TlsContext(std::shared_ptr<const OpenSsl> open_ssl) : open_ssl_(std::move(open_ssl)) {}
  std::shared_ptr<const OpenSsl> open_ssl_;
};

/// One end of a connection. Threads: one.
class TlsSession {
 public:
  enum class Read { some, nothing_yet, ended };

  /// `host` is whose certificate counts; empty at a server's end.
  static Result<TlsSession> start(const TlsContext& context, const std::string& host);
  TlsSession(TlsSession&&) noexcept;
  TlsSession& operator=(TlsSession&&) noexcept;
  ~TlsSession();

  /// Bytes that came from the socket.
  void feed(std::string_view bytes);
  /// Bytes for the socket; they are there after each of the calls below, also one that fails.
  std::string take();

  /// Whether it is done; else it wants bytes. Errc::denied: the certificate does not count;
  /// unavailable: the other end speaks no TLS of ours.
  Result<bool> shake_hands();
  /// `ended`: the other end has said so; that the socket ends is no end.
  Result<std::pair<Read, std::size_t>> read(std::span<char> buffer);
  Result<void> write(std::string_view bytes);
  /// Says that nothing more is written.
  void end();

 private:
  struct OpenSsl;
  explicit TlsSession(std::unique_ptr<OpenSsl> open_ssl);
  std::unique_ptr<OpenSsl> open_ssl_;
};

}  // namespace gt
