#include "net/listen_address.h"

#include <charconv>
#include <fmt/format.h>

#include "net/ip_address.h"

namespace gt {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return is_whole ? std::optional(port) : std::nullopt;
}

}  // namespace

bool ListenAddress::is_loopback() const { return is_loopback_address(host); }

std::string ListenAddress::text() const {
  return is_ipv6(host) ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto port = parse_port(colon == std::string_view::npos ? text : text.substr(colon + 1));
  if (!port) return std::nullopt;
  ListenAddress address{.port = *port};
  if (colon == std::string_view::npos) return address;
  std::string host(text.substr(0, colon));
  if (host == "localhost") return address;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_ipv6(host)) return std::nullopt;
  } else if (!is_ipv4(host)) {
    return std::nullopt;
  }
  address.host = std::move(host);
  return address;
}

}  // namespace gt
