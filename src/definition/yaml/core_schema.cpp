#include "definition/yaml/core_schema.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace gt {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

std::size_t digits_from(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

bool is_all(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_real(std::string_view text) {
  std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const std::size_t whole_end = digits_from(text, at);
  const bool has_whole = whole_end > at;
  at = whole_end;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction_end = digits_from(text, at + 1);
    if (!has_whole && fraction_end == at + 1) return false;
    at = fraction_end;
  } else if (!has_whole) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const std::size_t exponent_end = digits_from(text, at);
    if (exponent_end == at) return false;
    at = exponent_end;
  }
  return at == text.size();
}

YamlKind number_kind(std::string_view text) {
  if (text.starts_with("0x")) {
    return is_all(text.substr(2), "0123456789abcdefABCDEF") ? YamlKind::integer : YamlKind::text;
  }
  if (text.starts_with("0o")) {
    return is_all(text.substr(2), "01234567") ? YamlKind::integer : YamlKind::text;
  }
  const std::string_view unsigned_text =
      text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
  if (is_all(unsigned_text, "0123456789")) return YamlKind::integer;
  if (is_real(text) || is_one_of(unsigned_text, {".inf", ".Inf", ".INF"}) ||
      is_one_of(text, {".nan", ".NaN", ".NAN"})) {
    return YamlKind::real;
  }
  return YamlKind::text;
}

}  // namespace

YamlKind plain_scalar_kind(std::string_view text) {
  if (text.empty()) return YamlKind::null;
  const char first = text[0];
  if (is_digit(first) || first == '-' || first == '+' || first == '.') return number_kind(text);
  if (text.size() > 5) return YamlKind::text;
  if (is_one_of(text, {"~", "null", "Null", "NULL"})) return YamlKind::null;
  if (is_one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
    return YamlKind::boolean;
  }
  return YamlKind::text;
}

Result<Json> scalar_number(YamlKind kind, std::string_view text) {
  if (kind == YamlKind::integer) {
    int base = 10;
    std::string_view digits = text;
    if (text.starts_with("0x") || text.starts_with("0o")) {
      base = text[1] == 'x' ? 16 : 8;
      digits.remove_prefix(2);
    } else if (text.starts_with('+')) {
      digits.remove_prefix(1);
    }
    std::int64_t value = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (failure != std::errc() || end != digits.data() + digits.size()) {
      return error(Errc::invalid, "the number {} does not fit into 64 bits", text);
    }
    return Json(value);
  }
  double value = 0;
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  // ".inf" and ".nan" are no numbers to from_chars, and too large ones are out of range: one
  // answer.
  if (failure != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) {
    return error(Errc::invalid, "{} is not a finite number of double precision", text);
  }
  return Json(value);
}

}  // namespace gt
