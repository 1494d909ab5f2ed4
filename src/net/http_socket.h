/// A connection of a server, with TLS or without.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "net/io_loop.h"
#include "net/tls.h"

namespace gt {

/// As IoSocket, with the same rules. Threads: the loop's.
class HttpSocket {
 public:
  /// `tls`: null for a connection without. It outlives this.
  HttpSocket(IoLoop& loop, UniqueFd fd, const TlsContext* tls);
  ~HttpSocket();
  HttpSocket(const HttpSocket&) = delete;
  HttpSocket& operator=(const HttpSocket&) = delete;

  void when_readable(IoAction then);
  /// `nothing_yet` also where what came is TLS's own. `buffer` takes at least 32 KiB.
  std::pair<IoSocket::Read, std::size_t> read(std::span<char> buffer);
  /// Without TLS the bytes must live until the callback.
  void write(std::string_view first, std::string_view second,
             std::move_only_function<void(bool)> then);
  void end_sending();
  void close();
  void abort();

 private:
  class Tls;
  IoSocket socket_;
  std::shared_ptr<Tls> tls_;
};

}  // namespace gt
