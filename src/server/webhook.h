/// Calls of other programs that fire triggers: who sent them, and which event they tell of.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "definition/pipeline.h"
#include "net/http_message.h"

namespace gt {

/// A signature of our own form counts within so much of the time that it names.
inline constexpr Duration webhook_time_tolerance = std::chrono::minutes(5);

/// Of a call that knows the secret.
struct WebhookCall {
  /// Equal if the same call comes again, whether its sender or somebody else repeats it.
  std::string name;
  std::string kind;      ///< "push", "ping"; what the sender calls it, else empty
  std::string delivery;  ///< the sender's name for this call, else empty
  Json body;
};

/// Errc::denied: no signature, a wrong one, or one of another time. Errc::invalid: the body is no
/// JSON. Our own form, `Geartrain-Signature: t=SECONDS,v1=HEX`, is the HMAC-SHA-256 of the seconds
/// since 1970, a dot and the body, as Stripe's webhooks have it.
///
/// Sources: docs.github.com, "Validating webhook deliveries"; docs.gitlab.com, "Webhooks".
/// Threads: any.
Result<WebhookCall> read_webhook(WebhookForm form, std::string_view secret,
                                 const HttpHeaders& headers, std::string_view body, Time now);

}  // namespace gt
