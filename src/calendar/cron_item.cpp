#include "calendar/cron_item.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace gt {

namespace {

constexpr std::size_t name_letters = 3;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return '0' <= c && c <= '9'; }

std::string lowercase(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return small;
}

}  // namespace

bool CronItem::accept(char symbol) {
  if (at_end()) return false;
  const char next = text_[next_];
  if (next != symbol && std::toupper(static_cast<unsigned char>(next)) != symbol) return false;
  before_ = next_++;
  return true;
}

Result<unsigned> CronItem::value() {
  const bool is_name = !at_end() && is_letter(text_[next_]) && !rules_.names.empty();
  if (!is_name) return number(rules_.min, rules_.max);
  const std::string name = lowercase(text_.substr(next_, name_letters));
  const auto found = std::ranges::find(rules_.names, name);
  if (found == rules_.names.end()) return error_here(fmt::format("unknown word `{}`", word()));
  before_ = next_;
  next_ += name_letters;
  return rules_.min + static_cast<unsigned>(found - rules_.names.begin());
}

Result<unsigned> CronItem::number(unsigned min, unsigned max, const char* what) {
  if (at_end()) return error_here("a number is missing");
  if (!is_digit(text_[next_])) return error_here(fmt::format("`{}` is not a number", word()));
  constexpr unsigned too_large = 1000;
  before_ = next_;
  unsigned number = 0;
  for (; !at_end() && is_digit(text_[next_]); ++next_)
    number = std::min(number * 10 + static_cast<unsigned>(text_[next_] - '0'), too_large);
  if (number < min || number > max) {
    return error_before(fmt::format("{}{} is not from {} to {}", what,
                                    text_.substr(before_, next_ - before_), min, max));
  }
  return number;
}

Result<void> CronItem::end() const {
  if (at_end()) return {};
  return error_here(
      fmt::format("`{}` cannot follow `{}`", word(), printable(text_.substr(0, next_))));
}

Error CronItem::error_at(std::size_t offset, std::string what) const {
  return Error{Errc::invalid, fmt::format("{}, column {}: {}", rules_.name, column_ + offset, what),
               rules_.hint};
}

std::string CronItem::word() const {
  std::size_t end = next_;
  while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) ++end;
  if (end == next_) end = next_ + std::max<std::size_t>(utf8_length(text_.substr(next_)), 1);
  return printable(text_.substr(next_, end - next_));
}

}  // namespace gt
