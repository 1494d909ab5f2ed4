/// Addresses in numbers, as text. Threads: any.
#pragma once

#include <string>

namespace gt {

/// Four decimal numbers: "127.1" and "0x7f000001" are none.
bool is_ipv4(const std::string& text);
/// Without brackets.
bool is_ipv6(const std::string& text);
/// One of 127.0.0.0/8, or ::1.
bool is_loopback_address(const std::string& text);

}  // namespace gt
