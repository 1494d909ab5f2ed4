/// Giving a mail to an SMTP server (RFC 5321), on the thread that asks.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace gt {

enum class SmtpEncryption : std::uint8_t {
  none,
  starttls,  ///< a server that does not offer it is told nothing
  tls,
};

struct SmtpCall {
  std::string server = {};
  std::uint16_t port = 587;
  SmtpEncryption encryption = SmtpEncryption::starttls;
  struct Login {
    std::string user = {}, password = {};
  };
  std::optional<Login> login = {};  ///< AUTH PLAIN, or LOGIN where that is all there is
  std::string from = {};            ///< addresses without names
  std::vector<std::string> to = {};
  std::string message = {};  ///< as mail_text() has it
  /// Until there is a connection, names included.
  Duration connect_time_max = std::chrono::seconds(5);
  /// For everything.
  Duration time_max = std::chrono::seconds(10);
  /// Authorities (PEM) that count besides the system's.
  std::string ca_file = {};
};

/// What the server said when it took the mail. An address that it refuses for good stands in there,
/// if it takes others; where one is put off, nobody gets the mail, so that a further try gives
/// nobody two.
///
/// Errors name the server and its answer, never the password. Errc::invalid: it refuses for good (a
/// reply of 5xx), or an address or text that would not be one line of the protocol; denied: it does
/// not let us in, or its certificate does not count; not_found: nobody knows its name; cancelled:
/// `stop` was asked to stop; unavailable: the rest, also a server that says what is no SMTP.
/// Threads: any, one per call.
Result<std::string> smtp_send(const SmtpCall& call, std::stop_token stop = {});

}  // namespace gt
