#include "net/listen_address.h"

#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>
#include <netinet/in.h>

namespace gt {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return is_whole ? std::optional(port) : std::nullopt;
}

std::optional<in6_addr> parse_v6(const std::string& text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1 ? std::optional(address) : std::nullopt;
}

std::optional<in_addr> parse_v4(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1 ? std::optional(address) : std::nullopt;
}

}  // namespace

bool ListenAddress::is_loopback() const {
  if (const auto v4 = parse_v4(host)) return ntohl(v4->s_addr) >> 24U == IN_LOOPBACKNET;
  const auto v6 = parse_v6(host);
  return v6 && IN6_IS_ADDR_LOOPBACK(&*v6);
}

std::string ListenAddress::text() const {
  return parse_v6(host) ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
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
    if (!parse_v6(host)) return std::nullopt;
  } else if (!parse_v4(host)) {
    return std::nullopt;
  }
  address.host = std::move(host);
  return address;
}

}  // namespace gt
