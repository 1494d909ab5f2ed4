/// Bytes as text (RFC 4648). Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gt {

inline constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
inline constexpr std::string_view base64_url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Without what fills up the last group.
std::string base64_digits(std::string_view bytes, std::string_view alphabet);
/// The standard alphabet, filled up with "=".
std::string base64(std::string_view bytes);
/// The bytes of text in the standard alphabet, filled up or not; nullopt: it is none.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace gt
