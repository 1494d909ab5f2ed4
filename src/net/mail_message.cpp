#include "net/mail_message.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/base64.h"
#include "base/text.h"

namespace gt {

namespace {

/// An encoded word has at most 75 bytes (RFC 2047, 2); 45 bytes become 60 of base64.
constexpr std::size_t encoded_bytes_max = 45, line_bytes_max = 76, subject_bytes_max = 400;
constexpr std::string_view mark = "\xef\xbf\xbd";

/// Without line breaks and control characters, and what is no UTF-8 as U+FFFD.
std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::size_t size = utf8_length(text);
    if (size == 0) {
      line += mark;
      text.remove_prefix(1);
      continue;
    }
    const char first = text.front();
    if (size == 1 && ((first >= 0 && first < ' ') || first == '\x7f')) {
      if (!line.ends_with(' ')) line += ' ';
    } else {
      line += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return line;
}

std::string shortened(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

bool is_plain(std::string_view text) {
  return text.size() < line_bytes_max - 16 && text.find("=?") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
}

/// As unstructured text of a field (RFC 2047): words of whole characters, one a line.
std::string encoded(const std::string& text) {
  if (is_plain(text)) return text;
  std::string words;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::size_t size = 0;
    while (size < rest.size()) {
      const std::size_t next = utf8_length(rest.substr(size));
      if (size + next > encoded_bytes_max) break;
      size += next;
    }
    words +=
        fmt::format("{}=?UTF-8?B?{}?=", words.empty() ? "" : "\r\n ", base64(rest.substr(0, size)));
    rest.remove_prefix(size);
  }
  return words;
}

std::string field_of(const MailAddress& address) {
  if (address.name.empty()) return address.address;
  const std::string name = one_line(address.name);
  const bool is_ascii = std::ranges::all_of(name, [](char c) { return c >= ' ' && c < '\x7f'; });
  // A name has no quotes and backslashes: parse_mail_address() takes none.
  return fmt::format("{} <{}>", is_ascii ? "\"" + name + "\"" : encoded(name), address.address);
}

std::string date_text(Time time) {
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time - day).count();
  return fmt::format(
      "{}, {} {} {:04} {:02}:{:02}:{:02} +0000", days[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/// Base64 needs no thought about long lines, dots and bytes beyond ASCII.
std::string body_of(std::string_view text) {
  std::string lines;
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines += line;
    lines += "\r\n";
  }
  const std::string digits = base64(lines);
  std::string body;
  for (std::size_t at = 0; at < digits.size(); at += line_bytes_max)
    body += digits.substr(at, line_bytes_max) + "\r\n";
  return body;
}

}  // namespace

std::string mail_text(const MailMessage& message) {
  std::string to;
  for (const MailAddress& address : message.to)
    to += (to.empty() ? "" : ",\r\n ") + field_of(address);
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    text += fmt::format("{}: {}\r\n", name, value);
  };
  add("From", field_of(message.from));
  add("To", to);
  add("Subject", encoded(shortened(one_line(message.subject), subject_bytes_max)));
  add("Date", date_text(message.date));
  add("Message-ID", fmt::format("<{}>", message.message_id));
  // Nobody's absence note is to answer it (RFC 3834).
  add("Auto-Submitted", "auto-generated");
  add("MIME-Version", "1.0");
  add("Content-Type", "text/plain; charset=utf-8");
  add("Content-Transfer-Encoding", "base64");
  return text + "\r\n" + body_of(message.text);
}

}  // namespace gt
