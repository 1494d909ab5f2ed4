#include <algorithm>

#include "base/text.h"
#include "connection/connection.h"
#include "net/http_target.h"

namespace gt {

namespace {

constexpr std::string_view extra_option = "__extra__";
constexpr std::int64_t port_max = 65'535;
constexpr const char* escapes_hint =
    "in a user, password or path write %2F for /, %3F for ?, %23 for #, %40 for @, %3A for :, %25 "
    "for %";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_of_kind(char c) {
  return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.' || c == '_';
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

/// Reads from left to right; messages name places, never texts.
class UriReader {
 public:
  explicit UriReader(std::string_view text) : text_(text) {}

  Result<Connection> read() {
    TRY(check_characters());
    const std::size_t end = text_.find("://");
    if (end == std::string_view::npos)
      return wrong(0, "a URI begins with a kind and ://", "as in postgres://host/database");
    TRY(read_kind(text_.substr(0, end)));
    std::size_t at = end + 3;
    const std::string protocol = protocol_at(at);
    if (!protocol.empty()) at += protocol.size() + 3;
    const std::size_t path = std::min(text_.find_first_of("/?", at), text_.size());
    TRY(read_authority(at, path));
    if (!protocol.empty()) connection_.host = lower_case(protocol) + "://" + connection_.host;
    const std::size_t query = std::min(text_.find('?', path), text_.size());
    if (query > path + 1) connection_.path = TRY(decoded(path + 1, query, "path"));
    if (query < text_.size()) TRY(read_options(query + 1));
    return std::move(connection_);
  }

 private:
  /// Counts characters, not bytes, as people do.
  Error wrong(std::size_t at, std::string_view what, std::string hint = escapes_hint) const {
    const auto before = std::ranges::count_if(text_.substr(0, at), [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    });
    return Error{Errc::invalid, fmt::format("character {} of the URI: {}", before + 1, what),
                 std::move(hint)};
  }

  Result<void> check_characters() const {
    if (!is_utf8(text_)) return Error{Errc::invalid, "the URI is no UTF-8 text", ""};
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text_[i]);
      if (byte <= 0x20 || byte == 0x7f)
        return wrong(i, "a blank or a control character", "write %20 for a blank");
      if (byte == '#') return wrong(i, "a # ends a URI for most programs");
    }
    return {};
  }

  Result<void> read_kind(std::string_view kind) {
    if (kind.empty()) return wrong(0, "there is no kind before ://", "as in postgres://host");
    if (!is_letter(kind[0])) return wrong(0, "a kind begins with a letter", "");
    const auto bad = std::ranges::find_if_not(kind, is_of_kind);
    if (bad != kind.end())
      return wrong(static_cast<std::size_t>(bad - kind.begin()),
                   "a kind has letters, digits, +, -, . and _ only", "");
    connection_.kind = std::string(kind);
    return {};
  }

  /// "https" of `https://…`; empty without one.
  std::string protocol_at(std::size_t at) const {
    const std::size_t colon = std::min(text_.find_first_of(":/?@", at), text_.size());
    if (colon == at || text_.substr(colon, 3) != "://") return {};
    const std::string_view word = text_.substr(at, colon - at);
    return std::ranges::all_of(word, is_of_kind) ? std::string(word) : "";
  }

  Result<void> read_authority(std::size_t at, std::size_t end) {
    const std::string_view authority = text_.substr(at, end - at);
    std::size_t host = at;
    if (const std::size_t sign = authority.rfind('@'); sign != std::string_view::npos) {
      const std::size_t colon = std::min(authority.find(':'), sign);
      connection_.user = TRY(decoded(at, at + colon, "user"));
      if (colon < sign) connection_.password = TRY(decoded(at + colon + 1, at + sign, "password"));
      host = at + sign + 1;
    }
    std::size_t after = host;  // the host
    if (host < end && text_[host] == '[') {
      after = text_.find(']', host);
      if (after == std::string_view::npos || after >= end)
        return wrong(host, "a bracket that is not closed", "");
      connection_.host = std::string(text_.substr(host + 1, after - host - 1));
      ++after;
    } else {
      after = std::min(text_.find(':', host), end);
      connection_.host = TRY(decoded(host, after, "host"));
    }
    if (after == end) return {};
    const std::string_view digits = text_.substr(after + 1, end - after - 1);
    if (digits.empty() && text_[after] == ':') return {};
    const auto port = text_[after] == ':' && std::ranges::all_of(digits, is_digit)
                          ? parse_whole_number(digits)
                          : std::nullopt;
    if (!port || *port < 1 || *port > port_max)
      return wrong(after + 1, "the port is no number from 1 to 65535");
    connection_.port = static_cast<std::uint16_t>(*port);
    return {};
  }

  Result<void> read_options(std::size_t at) {
    while (at <= text_.size()) {
      const std::size_t end = std::min(text_.find('&', at), text_.size());
      if (end > at) TRY(read_option(at, end));
      at = end + 1;
    }
    const Json* const extra = connection_.options.find(extra_option);
    if (extra == nullptr) return {};
    if (connection_.options.size() > 1)
      return Error{Errc::invalid, "the URI has other options beside __extra__",
                   "all of them go into the JSON of __extra__"};
    auto json = parse_json(*extra->string());
    if (!json || json->object() == nullptr)
      return Error{Errc::invalid, "__extra__ of the URI is no JSON object",
                   "as in ?__extra__=%7B%22timeout%22%3A+5%7D"};
    JsonObject options = *json->object();
    connection_.options = std::move(options);
    return {};
  }

  Result<void> read_option(std::size_t at, std::size_t end) {
    const std::size_t equals = std::min(text_.find('=', at), end);
    std::string name = TRY(decoded(at, equals, "name of an option", Plus::blank));
    if (name.empty()) return wrong(at, "an option has no name");
    if (connection_.options.find(name) != nullptr)
      return wrong(at, "an option stands there twice", "");
    std::string value = TRY(decoded(std::min(equals + 1, end), end, "option", Plus::blank));
    connection_.options.set(std::move(name), std::move(value));
    return {};
  }

  Result<std::string> decoded(std::size_t begin, std::size_t end, std::string_view what,
                              Plus plus = Plus::itself) const {
    const std::string_view part = text_.substr(begin, end - begin);
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] != '%') continue;
      if (i + 2 >= part.size() || !is_hex(part[i + 1]) || !is_hex(part[i + 2]))
        return wrong(begin + i, "a % without two hexadecimal digits behind it");
    }
    auto text = percent_decoded(part, plus);
    if (!text) return wrong(begin, fmt::format("the {} is no UTF-8 text, or has a NUL", what), "");
    return text;
  }

  std::string_view text_;
  Connection connection_;
};

/// Slashes stay: a path with escaped ones is another one for most programs.
std::string encoded_path(std::string_view path) {
  std::string encoded;
  for (const std::string_view segment : split(path, '/')) {
    if (encoded.empty() && segment.data() == path.data())
      encoded = percent_encoded(segment);
    else
      encoded += "/" + percent_encoded(segment);
  }
  return encoded;
}

/// "host:port/path", with what stands before the host.
std::string address_of(const Connection& connection, const std::string& user) {
  std::string kind = connection.kind;
  std::ranges::replace(kind, '_', '-');
  std::string text = kind + "://";
  std::string_view host = connection.host;
  if (const std::size_t end = host.find("://"); end != std::string_view::npos) {
    text += host.substr(0, end + 3);
    host.remove_prefix(end + 3);
  }
  text += user;
  if (host.find(':') != std::string_view::npos && host.find('/') == std::string_view::npos)
    text += fmt::format("[{}]", host);
  else
    text += percent_encoded(host);
  if (connection.port) {
    if (host.empty() && user.empty()) text += "@";
    text += fmt::format(":{}", *connection.port);
  }
  if (!connection.path.empty()) text += "/" + encoded_path(connection.path);
  return text;
}

bool are_texts(const JsonObject& options) {
  return std::ranges::all_of(options, [](const JsonObject::Member& option) {
    return option.second.string() != nullptr && option.first != extra_option;
  });
}

}  // namespace

Result<Connection> connection_from_uri(std::string_view text) {
  if (text.size() > connection_bytes_max)
    return Error{Errc::invalid, "a URI of more than 64 KiB", "the limit is connection_bytes_max"};
  Connection connection = TRY(UriReader(text).read());
  connection.kind = lower_case(connection.kind);
  std::ranges::replace(connection.kind, '-', '_');
  // As Airflow has it, whose kind is the shorter one.
  if (connection.kind == "postgresql") connection.kind = "postgres";
  TRY(check_connection(connection));
  return connection;
}

std::string public_uri(const Connection& connection) {
  return address_of(connection,
                    connection.user.empty() ? "" : percent_encoded(connection.user) + "@");
}

std::string connection_uri(const Connection& connection) {
  std::string user = percent_encoded(connection.user);
  if (!connection.password.empty()) user += ":" + percent_encoded(connection.password);
  if (!user.empty()) user += "@";
  std::string text = address_of(connection, user);
  if (connection.options.empty()) return text;
  if (!are_texts(connection.options))
    return text +
           fmt::format("?{}={}", extra_option, percent_encoded(compact_json(connection.options)));
  char separator = '?';
  for (const auto& [name, value] : connection.options) {
    text += separator + percent_encoded(name) + "=" + percent_encoded(*value.string());
    separator = '&';
  }
  return text;
}

}  // namespace gt
