#include <cctype>
#include <string_view>
#include <utility>

#include "expression/shell_reader.h"

namespace gt {

namespace {

// Whether the unit is a byte that is one of these.
bool is_one_of(std::uint32_t unit, std::string_view bytes) {
  return unit < 0x100 && bytes.find(static_cast<char>(unit)) != std::string_view::npos;
}

}  // namespace

bool ShellReader::is_name_part(Unit unit) {
  return unit < 0x80 && (std::isalnum(static_cast<int>(unit)) != 0 || unit == '_');
}

void ShellReader::hole(ShellQuoting quoting) {
  const std::size_t index = peek() - first_hole;
  places_[index] = {.quoting = quoting, .is_arithmetic = is_arithmetic_};
  is_placed_[index] = true;
  if (word_ != nullptr) {
    word_->is_plain = false;
    word_->holes.push_back(index);
    word_->hole_offsets.push_back(word_->text.size());
  }
  ++at_;
}

// A place where no value can stand; the caller goes on behind it.
void ShellReader::forbid_hole(std::string message, std::string hint) {
  const std::size_t index = peek() - first_hole;
  is_placed_[index] = true;
  problem(index, std::move(message), std::move(hint));
}

// A backslash and what it protects.
void ShellReader::escape() {
  if (is_hole(peek(1))) {
    ++at_;
    forbid_hole("a backslash in front of ${{ would protect the quotes that keep the value safe",
                "write $${{ for a literal ${{, or leave the backslash away");
    ++at_;
    return;
  }
  if (word_ != nullptr && peek(1) < first_hole) word_->text += static_cast<char>(peek(1));
  at_ = std::min(at_ + 2, end_);
}

// A command, argument, target, pattern or item, up to a blank or operator; maybe empty.
ShellWord ShellReader::word(WordKind kind) {
  ShellWord word;
  ShellWord* const outer_word = std::exchange(word_, &word);
  const std::size_t start = at_;
  assigned_name(kind);
  while (!is_at_end()) {
    constexpr std::string_view ends = " \t\n;&|()<>";
    const Unit unit = peek();
    if (is_at_substitution()) {
      word.is_plain = false;
      command_substitution(2);
    } else if (unit == '(' && at_ > start && is_one_of(units_[at_ - 1], "@*+?!") &&
               !(kind == WordKind::command_start && word.text == "!")) {
      pattern_group();
    } else if (is_at("\\\n")) {
      at_ += 2;
    } else if (is_one_of(unit, ends)) {
      break;
    } else {
      word_unit();
    }
  }
  word_ = outer_word;
  return word;
}

void ShellReader::word_unit() {
  const Unit unit = peek();
  if (is_hole(unit)) return hole(ShellQuoting::none);
  if (!is_one_of(unit, "\\'\"`$")) {
    word_->text += static_cast<char>(unit);
    ++at_;
    return;
  }
  word_->is_plain = false;
  if (unit == '\\') return escape();
  if (unit == '\'') return single_quotes();
  if (unit == '"') return double_quotes();
  if (unit == '`') return backticks();
  dollar(Surrounding::bare);
}

// The ( … ) of @(a|b) and its like.
void ShellReader::pattern_group() {
  word_->is_plain = false;
  std::size_t open = 0;
  while (!is_at_end()) {
    if (peek() == '(') ++open;
    if (peek() == ')' && --open == 0) {
      ++at_;
      return;
    }
    word_unit();
  }
}

// NAME[…] before =, and […] before = in an array: the subscript is arithmetic.
void ShellReader::assigned_name(WordKind kind) {
  if (kind == WordKind::argument) return;
  if (kind == WordKind::command_start) {
    std::size_t length = 0;
    while (is_name_part(peek(length))) ++length;
    if (length == 0 || peek(length) != '[') return;
    for (std::size_t i = 0; i < length; ++i) word_unit();
  }
  if (peek() == '[') try_subscript();
}

bool ShellReader::try_subscript() {
  if (failed_attempts_.contains(at_)) return false;
  const Mark before = mark();
  ++at_;
  const std::size_t text = word_->text.size();
  const bool is_closed = arithmetic(ArithmeticEnd::square_bracket);
  word_->text.resize(text);
  if (is_closed && (peek() == '=' || is_at("+="))) {
    word_->text += "[]";
    return true;
  }
  restore(before);
  failed_attempts_.insert(before.at);
  return false;
}

void ShellReader::single_quotes() {
  const std::size_t opening = at_++;
  while (!is_at_end()) {
    if (peek() == '\'') {
      ++at_;
      return;
    }
    if (is_hole(peek())) {
      hole(ShellQuoting::single_quotes);
      continue;
    }
    if (word_ != nullptr) word_->text += static_cast<char>(peek());
    ++at_;
  }
  check_end(opening, "single quote");
}

void ShellReader::ansi_quotes() {
  const std::size_t opening = at_;
  at_ += 2;
  while (!is_at_end()) {
    if (peek() == '\'') {
      ++at_;
      return;
    }
    if (peek() == '\\')
      escape();
    else if (is_hole(peek()))
      hole(ShellQuoting::ansi_quotes);
    else
      ++at_;
  }
  check_end(opening, "quote $'");
}

void ShellReader::double_quotes() {
  const std::size_t opening = at_++;
  while (!is_at_end()) {
    const Unit unit = peek();
    if (unit == '"') {
      ++at_;
      return;
    }
    if (unit == '\\') {
      escape();
    } else if (unit == '$') {
      dollar(Surrounding::double_quotes);
    } else if (unit == '`') {
      backticks();
    } else if (is_hole(unit)) {
      hole(ShellQuoting::double_quotes);
    } else {
      if (word_ != nullptr) word_->text += static_cast<char>(unit);
      ++at_;
    }
  }
  check_end(opening, "double quote");
}

void ShellReader::backticks() {
  ++at_;
  for (; !is_at_end(); ++at_) {
    if (peek() == '`') {
      ++at_;
      return;
    }
    if (peek() == '\\') ++at_;
    if (is_hole(peek()))
      forbid_hole("a value cannot stand in backticks", "write $( … ) instead of ` … `");
  }
}

void ShellReader::dollar(Surrounding surrounding) {
  const Nesting nesting(*this);
  if (!nesting.is_allowed()) return;
  // What is inside is no text of the word.
  const std::size_t text = word_ == nullptr ? 0 : word_->text.size();
  const bool is_bare = surrounding == Surrounding::bare;
  const Unit next = peek(1);
  if (next == '(') {
    if (peek(2) != '(' || !try_arithmetic(3)) command_substitution(2);
  } else if (next == '{') {
    parameter(surrounding);
  } else if (next == '[') {
    const std::size_t opening = at_;
    at_ += 2;
    if (!arithmetic(ArithmeticEnd::square_bracket)) check_end(opening, "$[ … ]");
  } else if (next == '\'' && is_bare) {
    ansi_quotes();
  } else if (next == '"' && is_bare) {
    ++at_;
    double_quotes();
  } else if (is_name_part(next) && (next < '0' || next > '9')) {
    ++at_;
    while (is_name_part(peek())) ++at_;
  } else if (is_one_of(next, "@*#?-$!0123456789")) {
    at_ += 2;
  } else {
    ++at_;
  }
  if (word_ != nullptr) word_->text.resize(text);
}

// $( … ), <( … ) and >( … ): commands of their own, whatever stands around.
void ShellReader::command_substitution(std::size_t opening) {
  const std::size_t start = at_;
  at_ += opening;
  ShellWord* const outer_word = std::exchange(word_, nullptr);
  const bool outer_arithmetic = std::exchange(is_arithmetic_, false);
  const std::size_t outer_number = std::exchange(command_number_, 0);
  auto outer_command = std::exchange(command_, {});
  auto outer_fed_holes = std::exchange(fed_holes_, {});
  auto outer_documents = std::exchange(here_documents_, {});
  commands(CommandsEnd::at_bracket);
  // A here-document that did not come before the bracket comes after the next line break outside.
  outer_documents.insert(outer_documents.end(), here_documents_.begin(), here_documents_.end());
  here_documents_ = std::move(outer_documents);
  fed_holes_ = std::move(outer_fed_holes);
  command_ = std::move(outer_command);
  command_number_ = outer_number;
  is_arithmetic_ = outer_arithmetic;
  word_ = outer_word;
  if (peek() == ')')
    ++at_;
  else
    check_end(start, "$( … )");
}

// ${name}, ${name[…]}, ${name:-word}, ${name#pattern}, ${name:offset:length} and so on.
void ShellReader::parameter(Surrounding surrounding) {
  const std::size_t opening = at_;
  at_ += 2;
  parameter_name();
  if (peek() == '[') {
    ++at_;
    arithmetic(ArithmeticEnd::square_bracket);
  }
  const auto is_word_operator = [](Unit one) { return is_one_of(one, "-=?+"); };
  if (peek() == ':' && !is_word_operator(peek(1))) {
    ++at_;
    if (!arithmetic(ArithmeticEnd::brace)) check_end(opening, "${ … }");
    return;
  }
  const bool has_colon = peek() == ':';
  if (has_colon) ++at_;
  // In a pattern quotes are quotes even inside of double quotes; in `:-` and its like they are not.
  parameter_word(surrounding == Surrounding::double_quotes && is_word_operator(peek()));
  if (peek() == '}')
    ++at_;
  else
    check_end(opening, "${ … }");
}

void ShellReader::parameter_name() {
  const auto is_special = [](Unit unit) { return is_one_of(unit, "@*#?-$!"); };
  // ${!name} and ${#name}, but not ${#} and ${!}.
  const Unit second = peek(1);
  if ((peek() == '!' || peek() == '#') &&
      (is_name_part(second) || is_special(second) || is_hole(second)))
    ++at_;
  if (is_special(peek())) ++at_;
  while (is_name_part(peek())) ++at_;
  if (!is_hole(peek())) return;
  forbid_hole("a value cannot be part of a variable's name",
              "use an array or declare -A table, and ${table[$key]}");
  ++at_;
}

void ShellReader::parameter_word(bool is_like_double_quotes) {
  while (!is_at_end() && peek() != '}') {
    const Unit unit = peek();
    if (unit == '\\') {
      escape();
    } else if (unit == '\'' && !is_like_double_quotes) {
      single_quotes();
    } else if (unit == '"') {
      double_quotes();
    } else if (unit == '`') {
      backticks();
    } else if (unit == '$') {
      dollar(is_like_double_quotes ? Surrounding::double_quotes : Surrounding::bare);
    } else if (is_hole(unit)) {
      hole(is_like_double_quotes ? ShellQuoting::double_quotes : ShellQuoting::none);
    } else {
      ++at_;
    }
  }
}

// Up to the end and behind it; false if the text ends first, or a lone ) shows that it was none.
bool ShellReader::arithmetic(ArithmeticEnd end) {
  const bool outer_arithmetic = std::exchange(is_arithmetic_, true);
  std::size_t brackets = 0;
  std::size_t square_brackets = 0;
  bool is_closed = false;
  while (!is_at_end()) {
    const Unit unit = peek();
    if (unit == ')' && brackets == 0 && end == ArithmeticEnd::double_bracket) {
      is_closed = peek(1) == ')';
      if (is_closed) at_ += 2;
      break;
    }
    if ((unit == ']' && square_brackets == 0 && end == ArithmeticEnd::square_bracket) ||
        (unit == '}' && end == ArithmeticEnd::brace)) {
      is_closed = true;
      ++at_;
      break;
    }
    if (unit == '(') ++brackets;
    if (unit == ')' && brackets > 0) --brackets;
    if (unit == '[') ++square_brackets;
    if (unit == ']' && square_brackets > 0) --square_brackets;
    if (unit == '\\')
      escape();
    else if (unit == '\'' && end == ArithmeticEnd::square_bracket)
      single_quotes();
    else if (unit == '"')
      double_quotes();
    else if (unit == '`')
      backticks();
    else if (unit == '$')
      dollar(Surrounding::double_quotes);
    else if (is_hole(unit))
      hole(ShellQuoting::double_quotes);
    else
      ++at_;
  }
  is_arithmetic_ = outer_arithmetic;
  return is_closed;
}

// `((` and `$((` may also open a subshell in a subshell: then the text is read again, as commands.
bool ShellReader::try_arithmetic(std::size_t opening) {
  if (failed_attempts_.contains(at_)) return false;
  const Mark before = mark();
  at_ += opening;
  if (arithmetic(ArithmeticEnd::double_bracket)) return true;
  if (is_at_end()) {
    check_end(before.at, "(( … ))");
    return true;
  }
  restore(before);
  failed_attempts_.insert(before.at);
  return false;
}

}  // namespace gt
