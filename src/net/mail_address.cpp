#include "net/mail_address.h"

#include <algorithm>

#include "base/text.h"

namespace gt {

namespace {

/// Of RFC 5321, 4.5.3.1.
constexpr std::size_t local_bytes_max = 64, address_bytes_max = 254, name_bytes_max = 200;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// A dot-atom (RFC 5322, 3.2.3): quoted forms are legal, and nobody's.
bool is_local_part(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~.";
  return !text.empty() && text.size() <= local_bytes_max && !text.starts_with('.') &&
         !text.ends_with('.') && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text, [&](char c) {
           return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
         });
}

bool is_domain(std::string_view text) {
  return !text.empty() && !text.starts_with('.') && !text.ends_with('.') &&
         !text.starts_with('-') && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text,
                             [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

bool is_control(char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }

}  // namespace

Result<MailAddress> parse_mail_address(std::string_view text) {
  const auto wrong = [] {
    return error(Errc::invalid, "an address is name@example.org, or Name <name@example.org>");
  };
  MailAddress parsed;
  std::string_view address = trim(text);
  if (const std::size_t opening = address.find('<'); opening != std::string_view::npos) {
    if (!address.ends_with('>')) return wrong();
    std::string_view name = trim(address.substr(0, opening));
    address = address.substr(opening + 1, address.size() - opening - 2);
    if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"'))
      name = name.substr(1, name.size() - 2);
    if (name.size() > name_bytes_max || !is_utf8(name) || std::ranges::any_of(name, is_control) ||
        name.find_first_of("\"\\<>") != std::string_view::npos)
      return wrong();
    parsed.name = name;
  }
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || address.size() > address_bytes_max ||
      !is_local_part(address.substr(0, at)) || !is_domain(address.substr(at + 1)))
    return wrong();
  parsed.address = address;
  return parsed;
}

}  // namespace gt
