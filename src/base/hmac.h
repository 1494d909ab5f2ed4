/// Keyed digests of messages: HMAC-SHA-256 (RFC 2104). Threads: any.
#pragma once

#include <string_view>

#include "base/digest.h"

namespace gt {

Digest hmac_sha256(std::string_view key, std::string_view message);

/// In a time that does not tell where they differ, for what nobody may guess byte by byte.
bool is_equal_secret(std::string_view left, std::string_view right);

}  // namespace gt
