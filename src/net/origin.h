/// Whether a request may come from where its browser says that it comes.
///
/// A server on a loopback address is reached by every page that the user's browser shows. Two
/// checks keep such pages out: the Host must be one of ours, or a page whose name was pointed at
/// 127.0.0.1 would pass for ours (DNS rebinding); and a request that a page of another origin makes
/// must not change anything (cross-site request forgery). Programs that are no browsers send
/// neither Origin nor Sec-Fetch-Site, and pass.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http_message.h"

namespace gt {

/// RFC 6454; in lower case, with the scheme's port where none was written.
struct Origin {
  std::string scheme;
  /// A name or an address; IPv6 in brackets.
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const Origin&) const = default;
};

/// "http://host", "https://host:port". Errc::invalid: anything else, also a path or a last slash.
Result<Origin> parse_origin(std::string_view text);

/// What a server is called: at its own port always "localhost", "127.x.y.z" and "[::1]".
struct OwnOrigins {
  std::uint16_t port = 0;
  std::string scheme = "http";  ///< what it speaks itself
  /// Further names at its own port; IPv6 in brackets.
  std::vector<std::string> hosts = {};
  /// As a browser sees them, with the scheme and port of the proxy in front, if there is one.
  std::vector<Origin> others = {};
};

/// Errc::denied, with a sentence for the user: the Host is none of ours, the Origin is another than
/// the Host's (or "null"), or a request that changes something comes from another site.
/// Threads: any.
Result<void> check_origin(const HttpRequest& request, const OwnOrigins& own);

}  // namespace gt
