/// Whom a mail is from and for: an address, with a name for people before it (RFC 5322, 3.4).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gt {

struct MailAddress {
  std::string name = {};     ///< UTF-8; may be empty
  std::string address = {};  ///< ASCII: "ops@example.org"
};

/// "Ops Team <ops@example.org>" or "ops@example.org". Errc::invalid: anything that could end a line
/// or stand for several addresses, and addresses beyond ASCII, which not every server takes.
Result<MailAddress> parse_mail_address(std::string_view text);

}  // namespace gt
