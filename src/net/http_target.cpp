#include "net/http_target.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace gt {
namespace {

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

const std::string* HttpTarget::parameter(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
  return found == query.end() ? nullptr : &found->second;
}

Result<std::string> percent_decoded(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::blank) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const auto high = i + 2 < text.size() ? hex_value(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_value(text[i + 2]) : std::nullopt;
      if (!high || !low)
        return error(Errc::invalid, "'{}' is no percent escape", printable(text.substr(i, 3)));
      decoded += static_cast<char>(*high * 16 + *low);
      i += 2;
    }
  }
  if (decoded.find('\0') != std::string::npos)
    return error(Errc::invalid, "'{}' has a NUL", printable(text));
  if (!is_utf8(decoded)) return error(Errc::invalid, "'{}' is no UTF-8", printable(text));
  return decoded;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c))
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

Result<HttpTarget> parse_target(std::string_view target) {
  if (!target.starts_with('/'))
    return error(Errc::invalid, "'{}' does not begin with a slash", printable(target));
  if (target.find('#') != std::string_view::npos)
    return error(Errc::invalid, "'{}' has a fragment", printable(target));
  const std::size_t mark = target.find('?');
  HttpTarget parsed;
  parsed.path = TRY(percent_decoded(target.substr(0, mark)));
  for (const std::string_view segment : split(parsed.path, '/')) {
    if (segment == "." || segment == "..")
      return error(Errc::invalid, "'{}' has a segment '{}'", printable(target), segment);
  }
  if (mark == std::string_view::npos) return parsed;
  for (const std::string_view piece : split(target.substr(mark + 1), '&')) {
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    std::string name = TRY(percent_decoded(piece.substr(0, equals), Plus::blank));
    std::string value =
        TRY(percent_decoded(piece.substr(std::min(equals + 1, piece.size())), Plus::blank));
    parsed.query.emplace_back(std::move(name), std::move(value));
  }
  return parsed;
}

}  // namespace gt
