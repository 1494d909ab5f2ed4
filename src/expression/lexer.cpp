#include "expression/lexer.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"

namespace gt {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_name_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

// Longer ones first.
constexpr std::array symbols = std::to_array<std::string_view>(
    {"==", "!=", "<=", ">=", "&&", "||", "//", "<", ">", "+", "-", "*", "/",
     "%",  "!",  "?",  ":",  ",",  ".",  "(",  ")", "[", "]", "{", "}"});

void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0U | code >> 6U);
  } else {
    if (code < 0x10000) {
      put(0xE0U | code >> 12U);
    } else {
      put(0xF0U | code >> 18U);
      put(0x80U | (code >> 12U & 0x3FU));
    }
    put(0x80U | (code >> 6U & 0x3FU));
  }
  put(0x80U | (code & 0x3FU));
}

// The character of `{1F600}` at the start of the text, and how many bytes that took.
std::optional<std::pair<std::uint32_t, std::size_t>> unicode_escape(std::string_view text) {
  const std::size_t close = text.find('}');
  if (!text.starts_with('{') || close == std::string_view::npos || close == 1 || close > 7)
    return std::nullopt;
  std::uint32_t code = 0;
  const auto [end, status] = std::from_chars(text.data() + 1, text.data() + close, code, 16);
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (status != std::errc() || end != text.data() + close || code == 0 || code > 0x10FFFF ||
      is_surrogate)
    return std::nullopt;
  return std::pair(code, close + 1);
}

}  // namespace

void Lexer::skip_blanks() {
  const std::string_view text = source_.text();
  while (offset_ < text.size() && (text[offset_] == ' ' || text[offset_] == '\t' ||
                                   text[offset_] == '\n' || text[offset_] == '\r'))
    ++offset_;
}

Token Lexer::next() {
  skip_blanks();
  Token token{.offset = offset_, .position = source_.position_at(offset_)};
  if (rest().empty()) return token;
  const char c = rest().front();
  if (is_name_start(c)) return name(std::move(token));
  if (is_digit(c)) return number(std::move(token));
  if (c == '\'' || c == '"') return string(std::move(token));
  return symbol(std::move(token));
}

Token Lexer::name(Token token) {
  const std::string_view text = rest();
  std::size_t length = 1;
  // A - belongs to the name if the name goes on behind it: my-step is a name, a - b is not.
  for (std::size_t i = 1; i < text.size() && (is_name_part(text[i]) || text[i] == '-'); ++i)
    if (text[i] != '-') length = i + 1;
  token.kind = Token::Kind::name;
  token.text = text.substr(0, length);
  offset_ += length;
  return token;
}

Token Lexer::number(Token token) {
  const std::string_view text = rest();
  std::size_t length = 0;
  const auto digits = [&] {
    const std::size_t before = length;
    while (length < text.size() && is_digit(text[length])) ++length;
    return length > before;
  };
  digits();
  bool is_integer = true;
  if (length + 1 < text.size() && text[length] == '.' && is_digit(text[length + 1])) {
    is_integer = false;
    ++length;
    digits();
  }
  if (length < text.size() && (text[length] == 'e' || text[length] == 'E')) {
    is_integer = false;
    ++length;
    if (length < text.size() && (text[length] == '+' || text[length] == '-')) ++length;
    if (!digits()) return invalid(std::move(token), offset_, "the exponent has no digits");
  }
  if (length < text.size() && is_name_part(text[length]))
    return invalid(std::move(token), offset_, "a name does not start with a digit",
                   "put a text into quotes");
  token.text = text.substr(0, length);
  if (token.text.size() > 1 && token.text[0] == '0' && is_digit(token.text[1]))
    return invalid(std::move(token), offset_, "a number has no leading zeros",
                   "put a text into quotes");
  const char* begin = token.text.data();
  const char* end = begin + token.text.size();
  if (is_integer) {
    token.kind = Token::Kind::integer;
    if (std::from_chars(begin, end, token.integer).ec != std::errc() ||
        token.integer > std::uint64_t{1} << 63U)
      return invalid(std::move(token), offset_, "the integer is outside of 64 bits",
                     "write it with a point to have a number");
  } else {
    token.kind = Token::Kind::number;
    if (std::from_chars(begin, end, token.number).ec != std::errc() || !std::isfinite(token.number))
      return invalid(std::move(token), offset_, "the number is outside of what a double can hold");
  }
  offset_ += length;
  return token;
}

Token Lexer::string(Token token) {
  const std::string_view text = rest();
  const char quote = text.front();
  std::size_t i = 1;
  while (i < text.size() && text[i] != quote) {
    if (text[i] != '\\') {
      token.string += text[i++];
      continue;
    }
    const char escape = i + 1 < text.size() ? text[i + 1] : '\0';
    constexpr std::string_view letters = "nrt\\'\"";
    constexpr std::string_view meanings = "\n\r\t\\'\"";
    if (const auto which = letters.find(escape); which != std::string_view::npos) {
      token.string += meanings[which];
      i += 2;
    } else if (const auto unicode = unicode_escape(text.substr(std::min(i + 2, text.size())));
               escape == 'u' && unicode) {
      append_utf8(token.string, unicode->first);
      i += 2 + unicode->second;
    } else {
      return invalid(std::move(token), offset_ + i, "unknown escape in a string",
                     R"(escapes are \n \r \t \\ \' \" and \u{1F600}; write \\ for a backslash)");
    }
  }
  if (i >= text.size())
    return invalid(std::move(token), offset_, "the string that starts here has no end",
                   fmt::format("close it with {}", quote));
  token.kind = Token::Kind::string;
  token.text = text.substr(0, i + 1);
  offset_ += i + 1;
  return token;
}

Token Lexer::symbol(Token token) {
  for (const std::string_view symbol : symbols) {
    if (!rest().starts_with(symbol)) continue;
    token.kind = Token::Kind::symbol;
    token.text = rest().substr(0, symbol.size());
    offset_ += symbol.size();
    return token;
  }
  const char c = rest().front();
  if (c == '=')
    return invalid(std::move(token), offset_, "= is no operator", "write == to compare");
  if (c == '&') return invalid(std::move(token), offset_, "& is no operator", "write && for and");
  if (c == '|') return invalid(std::move(token), offset_, "| is no operator", "write || for or");
  std::size_t length = 1;
  while (length < rest().size() && (static_cast<unsigned char>(rest()[length]) & 0xC0U) == 0x80U)
    ++length;
  return invalid(std::move(token), offset_,
                 fmt::format("unexpected {}", printable(rest().substr(0, length))));
}

Token Lexer::invalid(Token token, std::size_t offset, std::string message, std::string hint) {
  token.kind = Token::Kind::invalid;
  problem_ = {.position = source_.position_at(offset),
              .message = std::move(message),
              .hint = std::move(hint)};
  return token;
}

}  // namespace gt
