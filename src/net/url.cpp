#include "net/url.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "net/http_target.h"
#include "net/ip_address.h"

namespace gt {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::uint16_t port_of_scheme(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string_view before(std::string_view text, std::string_view ends) {
  return text.substr(0, std::min(text.find_first_of(ends), text.size()));
}

// "scheme:" at the begin, without the colon; empty for a reference without one.
std::string_view scheme_of(std::string_view text) {
  const std::size_t colon = text.find_first_of(":/?#");
  if (colon == std::string_view::npos || text[colon] != ':') return {};
  return text.substr(0, colon);
}

Result<void> read_host(std::string_view text, Url& url) {
  std::string_view host = text;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos)
      return error(Errc::invalid, "the address has a bracket that is not closed");
    host = text.substr(1, bracket - 1);
    rest = text.substr(bracket + 1);
    url.host = lower_case(host);
    if (!is_ipv6(url.host)) return error(Errc::invalid, "the address has no IPv6 in its brackets");
  } else {
    host = before(text, ":");
    rest = text.substr(host.size());
    url.host = lower_case(host);
    if (url.host.empty()) return error(Errc::invalid, "the address has no host");
    if (!std::ranges::all_of(url.host, is_host_character))
      return error(Errc::invalid, "the host of the address has characters that no host has");
  }
  url.port = port_of_scheme(url.scheme);
  if (rest.empty() || rest == ":") return {};
  const auto port = rest.starts_with(':') ? parse_whole_number(rest.substr(1)) : std::nullopt;
  if (!port || *port < 1 || *port > 65'535)
    return error(Errc::invalid, "the port of the address is no number from 1 to 65535");
  url.port = static_cast<std::uint16_t>(*port);
  return {};
}

Result<void> read_authority(std::string_view text, Url& url) {
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view user = text.substr(0, at);
    const std::size_t colon = std::min(user.find(':'), user.size());
    auto name = percent_decoded(user.substr(0, colon));
    auto password = percent_decoded(user.substr(std::min(colon + 1, user.size())));
    // Not its own words, which would show a password.
    if (!name || !password)
      return error(Errc::invalid, "user or password of the address are not escaped properly");
    url.user = *std::move(name);
    url.password = *std::move(password);
    text.remove_prefix(at + 1);
  }
  return read_host(text, url);
}

// RFC 3986, 5.2.4.
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto segments = split(path.substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool is_last = i + 1 == segments.size();
    const bool is_up = segments[i] == "..";
    if (is_up && !kept.empty()) kept.pop_back();
    if (!is_up && segments[i] != ".")
      kept.push_back(segments[i]);
    else if (is_last)
      kept.push_back("");
  }
  std::string result;
  for (const std::string_view segment : kept) {
    result += '/';
    result += segment;
  }
  return result.empty() ? "/" : result;
}

Result<std::string> target_of(std::string_view text) {
  std::string target;
  if (!text.starts_with('/')) target = "/";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f)
      return error(Errc::invalid, "the address has a blank or a control character");
    if (byte < 0x80)
      target += c;
    else
      target += fmt::format("%{:02X}", byte);
  }
  return target;
}

std::string_view path_of(std::string_view target) { return before(target, "?"); }

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == port_of_scheme(scheme) ? name : fmt::format("{}:{}", name, port);
}

std::string Url::origin() const { return scheme + "://" + authority(); }

Result<Url> parse_url(std::string_view text) {
  Url url;
  url.scheme = lower_case(scheme_of(text));
  if (url.scheme != "http" && url.scheme != "https")
    return Error{Errc::invalid, "the address is none of http or https", "write http://host/path"};
  text.remove_prefix(url.scheme.size() + 1);
  if (!text.starts_with("//")) return error(Errc::invalid, "the address has no host");
  text.remove_prefix(2);
  const std::string_view authority = before(text, "/?#");
  TRY(read_authority(authority, url));
  url.target = TRY(target_of(before(text.substr(authority.size()), "#")));
  return url;
}

Result<Url> resolve_url(const Url& base, std::string_view reference) {
  reference = before(reference, "#");
  if (!scheme_of(reference).empty()) return parse_url(reference);
  if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));
  Url url = base;
  if (reference.empty()) return url;
  const std::string_view path = path_of(base.target);
  std::string target;
  if (reference.starts_with('?'))
    target = path;
  else if (!reference.starts_with('/'))
    target = path.substr(0, path.rfind('/') + 1);
  target = TRY(target_of(target + std::string(reference)));
  const std::size_t path_size = path_of(target).size();
  url.target = without_dots(target.substr(0, path_size)) + target.substr(path_size);
  return url;
}

}  // namespace gt
