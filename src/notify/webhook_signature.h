/// How a webhook is signed, so that its receiver knows who sent it, and when. The fields and the
/// form of the signature are those of the Standard Webhooks specification, version 1.0.0.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace gt {

/// The value of `webhook-signature`: "v1," and the base64 of the HMAC-SHA-256 of
/// "<webhook-id>.<webhook-timestamp>.<body>". `seconds` since 1970 is the time stamp. The key is
/// the secret's bytes; of one that begins with "whsec_" what the base64 behind it stands for.
std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t seconds,
                              std::string_view body);

}  // namespace gt
