#include "notify/webhook_signature.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/hmac.h"

namespace gt {

namespace {

constexpr std::string_view prefix = "whsec_";

std::string key_of(std::string_view secret) {
  if (secret.starts_with(prefix))
    if (auto bytes = decode_base64(secret.substr(prefix.size()))) return *std::move(bytes);
  return std::string(secret);
}

}  // namespace

std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t seconds,
                              std::string_view body) {
  const Digest digest = hmac_sha256(key_of(secret), fmt::format("{}.{}.{}", id, seconds, body));
  const auto& bytes = digest.bytes;
  return "v1," + base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace gt
