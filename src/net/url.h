/// Where a request goes: an http or https address in parts (RFC 3986). Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gt {

struct Url {
  /// "http" or "https".
  std::string scheme;
  /// Decoded; empty without one.
  std::string user = {};
  std::string password = {};
  /// In lower case; IPv6 without brackets.
  std::string host;
  std::uint16_t port = 0;
  /// "/path?query" as a request line has it: no blanks, bytes beyond ASCII are escaped.
  std::string target = "/";

  /// "https://host:port": all of an address that may be shown, as a path or a query may be a
  /// secret.
  std::string origin() const;
  /// The host as a URL has it, with the port where it is not the scheme's own.
  std::string authority() const;
};

/// A fragment is left out. Errc::invalid, without the text: another scheme, no host, a port that is
/// none, blanks and control characters.
Result<Url> parse_url(std::string_view text);

/// What a reference (of a Location field, say) means at `base` (RFC 3986, 5.2). Errc::invalid as
/// above.
Result<Url> resolve_url(const Url& base, std::string_view reference);

}  // namespace gt
