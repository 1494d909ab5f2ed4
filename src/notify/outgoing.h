/// A notification as it goes out: what a receiver is sent, made of the event and of what its entry
/// in the file of receivers says. Starts nothing.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "definition/notify.h"
#include "net/http_client.h"
#include "net/smtp_client.h"
#include "notify/receiver_context.h"
#include "run/notification.h"

namespace gt {

/// How long one try may take, whatever the receiver does.
inline constexpr Duration try_time_max = std::chrono::seconds(10);

struct OutgoingParts {
  ReceiverContext::FindSecret secret;
  /// How people reach the server, without a path; empty: they do not.
  std::string public_url = {};
  /// Authorities (PEM) that count besides the system's.
  std::string ca_file = {};
};

struct Outgoing {
  std::variant<HttpCall, SmtpCall> call;
  std::vector<std::string> secrets;  ///< that are in it
};

/// Errc::not_found: a secret that nobody set; invalid: an expression that cannot be evaluated, a
/// template that gives no JSON where JSON is sent, or an address that is none.
Result<Outgoing> make_outgoing(const Receiver& receiver, const NotificationRecord& notification,
                               const OutgoingParts& parts, Time now);

}  // namespace gt
