/// One item of a cron field, read character by character; for cron_fields.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gt {

/// What a field of a cron expression takes.
struct CronFieldRules {
  const char* name;
  unsigned min;
  /// The highest value; of the day of week 7, which is 0 once more.
  unsigned max;
  /// How many different values there are.
  unsigned count;
  /// The names of the values from `min` on, three small letters each.
  std::span<const std::string_view> names;
  /// For errors: what is right.
  const char* hint;
};

/// Threads: one.
class CronItem {
 public:
  /// `column`: of the item's first character in the expression, from 1.
  CronItem(const CronFieldRules& rules, std::string_view text, std::size_t column)
      : rules_(rules), text_(text), column_(column) {}

  bool is_empty() const { return text_.empty(); }
  bool at_end() const { return next_ == text_.size(); }
  bool at(char symbol) const { return !at_end() && text_[next_] == symbol; }
  /// Takes this symbol or, for a capital letter, also its small form, if it is next.
  bool accept(char symbol);
  /// A number or a name.
  Result<unsigned> value();
  /// `what`: for messages, "the step ".
  Result<unsigned> number(unsigned min, unsigned max, const char* what = "");
  /// Refuses what is left.
  Result<void> end() const;

  /// At the next character, or at the beginning of what was read last.
  Error error_here(std::string what) const { return error_at(next_, std::move(what)); }
  Error error_before(std::string what) const { return error_at(before_, std::move(what)); }

 private:
  Error error_at(std::size_t offset, std::string what) const;
  // What is next as far as it looks like one word, for messages.
  std::string word() const;

  const CronFieldRules& rules_;
  std::string_view text_;
  std::size_t column_;
  std::size_t next_ = 0;
  std::size_t before_ = 0;
};

}  // namespace gt
