/// What a request asks for: its path and the parameters behind the question mark (RFC 3986).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace gt {

/// UTF-8 without NUL.
struct HttpTarget {
  /// Decoded; begins with a slash; none of its segments is "." or "..". A slash that was written as
  /// %2F cannot be told from others.
  std::string path;
  /// Decoded, in the order in which they stand there; a name may stand there more than once.
  std::vector<std::pair<std::string, std::string>> query;

  /// The first value of this parameter; nullptr without one.
  const std::string* parameter(std::string_view name) const;
};

/// From the target of a request line, e.g. "/runs/7?fields=state&limit=10". Only the origin form is
/// taken: no "http://host/path" (meant for proxies), no "*". A "+" is a blank in the query alone.
/// Errc::invalid: escapes that are none, bytes that are no UTF-8, NUL, a fragment, and segments "."
/// and ".." in any spelling. Threads: any.
Result<HttpTarget> parse_target(std::string_view target);

enum class Plus { itself, blank };

/// The bytes for which %XX stand. Errc::invalid as above.
Result<std::string> percent_decoded(std::string_view text, Plus plus = Plus::itself);
/// A text as a segment of a path or a word of a query: all but RFC 3986's unreserved characters is
/// escaped.
std::string percent_encoded(std::string_view text);

}  // namespace gt
