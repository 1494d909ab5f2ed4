/// A mail as it goes over the wire (RFC 5322, MIME): UTF-8 text, all of it in ASCII bytes.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "net/mail_address.h"

namespace gt {

struct MailMessage {
  MailAddress from = {};
  std::vector<MailAddress> to = {};
  std::string subject = {};  ///< of several lines one is made
  std::string text = {};
  Time date{};
  std::string message_id = {};  ///< "id@domain": the same at each try
};

/// Lines end with CRLF. No content of a field can begin another one, whatever stands in it.
std::string mail_text(const MailMessage& message);

}  // namespace gt
