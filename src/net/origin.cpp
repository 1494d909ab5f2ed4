#include "net/origin.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "net/ip_address.h"

namespace gt {
namespace {

struct HostAndPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// "::1" from "[::1]".
std::optional<std::string> inside_brackets(std::string_view host) {
  if (!host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  return std::string(host.substr(1, host.size() - 2));
}

bool is_host(std::string_view host) {
  if (const auto inside = inside_brackets(host)) return is_ipv6(*inside);
  return !host.empty() && std::ranges::all_of(host, is_name_character);
}

std::optional<std::uint16_t> port_from(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, port);
  if (read.ec != std::errc() || read.ptr != end || port == 0) return std::nullopt;
  return port;
}

// nullopt for what is none.
std::optional<HostAndPort> host_and_port(std::string_view text) {
  const std::size_t bracket = text.find(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  HostAndPort parsed;
  parsed.host = lower_case(text.substr(0, colon));
  if (!is_host(parsed.host)) return std::nullopt;
  if (colon == std::string_view::npos) return parsed;
  parsed.port = port_from(text.substr(colon + 1));
  if (!parsed.port) return std::nullopt;
  return parsed;
}

std::uint16_t port_of_scheme(std::string_view scheme) {
  if (scheme == "https") return 443;
  return 80;
}

bool is_loopback_host(const std::string& host) {
  if (host == "localhost") return true;
  if (const auto inside = inside_brackets(host))
    return is_ipv6(*inside) && is_loopback_address(*inside);
  return is_ipv4(host) && is_loopback_address(host);
}

// What the page of a request with this Host has for its origin: one of ours, or none. The request
// itself does not tell the scheme.
std::vector<Origin> origins_called(const HostAndPort& called, const OwnOrigins& own) {
  std::vector<Origin> origins;
  const bool is_own_host =
      is_loopback_host(called.host) || std::ranges::any_of(own.hosts, [&](const std::string& host) {
        return lower_case(host) == called.host;
      });
  if (is_own_host && called.port.value_or(port_of_scheme(own.scheme)) == own.port)
    origins.push_back({own.scheme, called.host, own.port});
  for (const Origin& other : own.others) {
    if (other.host == called.host &&
        called.port.value_or(port_of_scheme(other.scheme)) == other.port)
      origins.push_back(other);
  }
  return origins;
}

}  // namespace

Result<Origin> parse_origin(std::string_view text) {
  const std::size_t mark = text.find("://");
  Origin origin;
  origin.scheme = lower_case(text.substr(0, mark));
  if (mark == std::string_view::npos || (origin.scheme != "http" && origin.scheme != "https"))
    return error(Errc::invalid, "'{}' is no origin of http or https", printable(text));
  auto place = host_and_port(text.substr(mark + 3));
  if (!place) return error(Errc::invalid, "'{}' is no origin", printable(text));
  origin.host = std::move(place->host);
  origin.port = place->port.value_or(port_of_scheme(origin.scheme));
  return origin;
}

Result<void> check_origin(const HttpRequest& request, const OwnOrigins& own) {
  const std::string* host = request.headers.find("Host");
  if (host == nullptr) return error(Errc::denied, "the request does not say which host it is for");
  const auto called = host_and_port(*host);
  const auto origins = called ? origins_called(*called, own) : std::vector<Origin>();
  if (origins.empty())
    return error(Errc::denied, "this server is not called '{}'", printable(*host));

  if (const std::string* written = request.headers.find("Origin")) {
    const auto origin = parse_origin(*written);
    if (!origin || std::ranges::find(origins, *origin) == origins.end())
      return error(Errc::denied, "a page of '{}' may not ask this server", printable(*written));
  }
  const std::string* site = request.headers.find("Sec-Fetch-Site");
  if (site != nullptr && equal_in_any_case(*site, "cross-site") && !is_safe(request.method))
    return error(Errc::denied, "a page of another site may not change anything here");
  return {};
}

}  // namespace gt
