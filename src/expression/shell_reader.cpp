#include "expression/shell_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "expression/limits.h"

namespace gt {
namespace {

// Behind these words a command starts.
constexpr auto reserved_words =
    std::to_array<std::string_view>({"if", "then", "elif", "else", "fi", "do", "done", "while",
                                     "until", "time", "coproc", "!", "{", "}", "esac"});

bool is_descriptor(std::string_view text) {
  const bool is_number = std::ranges::all_of(
      text, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
  return !text.empty() && (is_number || (text.front() == '{' && text.back() == '}'));
}

}  // namespace

ShellReader::ShellReader(const std::vector<TemplatePart>& parts, Problems& problems)
    : problems_(problems) {
  for (const TemplatePart& part : parts) {
    if (part.expression) {
      units_.push_back(first_hole + static_cast<Unit>(hole_positions_.size()));
      hole_positions_.push_back(part.expression->position());
    } else {
      for (const char c : part.text) units_.push_back(static_cast<unsigned char>(c));
    }
  }
  places_.resize(hole_positions_.size());
  is_placed_.resize(hole_positions_.size());
  end_ = units_.size();
}

std::vector<ShellPlace> ShellReader::read() {
  while (!is_at_end()) {
    commands(CommandsEnd::of_text);
    // A bracket that nothing opened; bash will say so.
    if (!is_at_end()) ++at_;
  }
  for (std::size_t i = 0; i < is_placed_.size(); ++i)
    if (!is_placed_[i])
      problem(i, "cannot tell how bash reads this place",
              "assign the value to a variable first: x=${{ … }}");
  return std::move(places_);
}

ShellReader::Unit ShellReader::peek(std::size_t ahead) const {
  return at_ + ahead < end_ ? units_[at_ + ahead] : end_of_text;
}

bool ShellReader::is_at(std::string_view text) const {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (peek(i) != static_cast<unsigned char>(text[i])) return false;
  return true;
}

void ShellReader::problem(std::size_t hole, std::string message, std::string hint) {
  const Position position = hole_positions_[hole];
  // One place needs one explanation.
  if (std::ranges::any_of(problems_, [&](const auto& other) { return other.position == position; }))
    return;
  problems_.push_back(
      {.position = position, .message = std::move(message), .hint = std::move(hint)});
}

void ShellReader::check_end(std::size_t from, std::string_view what) {
  for (std::size_t i = from; i < end_; ++i)
    if (is_hole(units_[i]))
      return problem(units_[i] - first_hole,
                     fmt::format("this place is inside of a {} that has no end", what), {});
}

ShellReader::Mark ShellReader::mark() const {
  return {at_, problems_.size(), here_documents_.size(),
          word_ == nullptr ? 0 : word_->holes.size()};
}

void ShellReader::restore(const Mark& mark) {
  at_ = mark.at;
  problems_.resize(mark.problems);
  here_documents_.resize(mark.here_documents);
  if (word_ == nullptr) return;
  word_->holes.resize(mark.word_holes);
  word_->hole_offsets.resize(mark.word_holes);
}

void ShellReader::take_list_if_alone(std::size_t start) {
  if (at_ == start + 1 && is_hole(units_[start]))
    places_[units_[start] - first_hole].takes_list = true;
}

void ShellReader::skip_blanks() {
  for (;;) {
    if (peek() == ' ' || peek() == '\t')
      ++at_;
    else if (is_at("\\\n"))
      at_ += 2;
    else
      return;
  }
}

void ShellReader::skip_lines() {
  for (;;) {
    skip_blanks();
    if (peek() == '#') {
      comment();
    } else if (peek() == '\n') {
      ++at_;
      read_here_documents();
    } else {
      return;
    }
  }
}

void ShellReader::comment() {
  for (; !is_at_end() && peek() != '\n'; ++at_) {
    if (!is_hole(peek())) continue;
    places_[peek() - first_hole] = {.quoting = ShellQuoting::comment};
    is_placed_[peek() - first_hole] = true;
  }
}

void ShellReader::finish_command() {
  mark_code(command_, places_);
  const std::string reader = reader_of_code(command_);
  for (const std::size_t hole : fed_holes_) {
    if (reader.empty()) break;
    places_[hole].code_use = CodeUse::input;
    places_[hole].program = reader;
  }
  for (HereDocument& document : here_documents_)
    if (document.command == command_number_) document.reader = reader;
  command_.clear();
  fed_holes_.clear();
  ++command_number_;
}

// Takes an operator that ends a command; false if none is here.
bool ShellReader::command_end() {
  if (peek() != '\n' && peek() != ';' && peek() != '&' && peek() != '|') return false;
  if (is_at("&>")) return false;
  const bool is_line_end = peek() == '\n';
  finish_command();
  ++at_;
  if (is_line_end) read_here_documents();
  return true;
}

void ShellReader::commands(CommandsEnd end) {
  const Nesting nesting(*this);
  if (!nesting.is_allowed()) return;
  bool is_at_start = true;
  while (true) {
    skip_blanks();
    if (is_at_end() || peek() == ')') break;
    if (end == CommandsEnd::at_case_item &&
        (is_at(";;") || is_at(";&") || (is_at_start && is_at_esac())))
      break;
    if (command_end()) {
      is_at_start = true;
    } else if (peek() == '#') {
      comment();
    } else if (peek() == '(') {
      bracket(is_at_start);
      is_at_start = true;
    } else if (is_at("&>") || ((peek() == '<' || peek() == '>') && !is_at_substitution())) {
      redirection();
    } else {
      word_of_command(is_at_start);
    }
  }
  finish_command();
}

bool ShellReader::is_at_esac() const { return is_at("esac") && !is_name_part(peek(4)); }

void ShellReader::word_of_command(bool& is_at_start) {
  const std::size_t start = at_;
  ShellWord word = this->word(is_at_start ? WordKind::command_start : WordKind::argument);
  if ((peek() == '<' || peek() == '>') && word.is_plain && is_descriptor(word.text)) return;
  if (is_at_start && word.is_plain && keyword(word, is_at_start)) return;
  const bool is_assigned = is_assignment(word);
  const bool may_be_array = is_at_start || (!command_.empty() && is_declaration(command_.front()));
  if (is_assigned && may_be_array && peek() == '(' && word.text.ends_with('=')) array();
  if (is_assigned && is_at_start) return;
  take_list_if_alone(start);
  command_.push_back(std::move(word));
  is_at_start = false;
}

// A subshell, arithmetic, or the brackets of a function's definition.
void ShellReader::bracket(bool is_at_start) {
  if (is_at_start && is_at("((") && try_arithmetic(2)) return;
  finish_command();
  const std::size_t start = at_++;
  commands(CommandsEnd::at_bracket);
  if (peek() == ')')
    ++at_;
  else
    check_end(start, "( … )");
}

// Whether the word is a keyword of the grammar; then what belongs to it is read.
bool ShellReader::keyword(const ShellWord& word, bool& is_at_start) {
  if (word.text == "[[") {
    conditional();
    is_at_start = false;
    return true;
  }
  is_at_start = true;
  if (word.text == "case") {
    case_command();
    return true;
  }
  if (word.text == "for" || word.text == "select") {
    for_head();
    return true;
  }
  if (word.text == "function") {
    skip_blanks();
    this->word(WordKind::argument);
    return true;
  }
  return std::ranges::find(reserved_words, word.text) != reserved_words.end();
}

// Up to the ; or line break before `do`, or behind `do` where a list is left out.
void ShellReader::for_head() {
  skip_blanks();
  if (is_at("((") && try_arithmetic(2)) return;
  word(WordKind::argument);
  skip_lines();
  while (true) {
    skip_blanks();
    const std::size_t start = at_;
    const ShellWord item = word(WordKind::argument);
    take_list_if_alone(start);
    if (at_ == start || (item.is_plain && item.text == "do")) return;
  }
}

void ShellReader::case_command() {
  skip_blanks();
  word(WordKind::argument);
  skip_lines();
  const Mark before_in = mark();
  if (word(WordKind::argument).text != "in") return restore(before_in);
  while (true) {
    skip_lines();
    if (is_at_end() || peek() == ')') return;
    if (is_at_esac()) {
      at_ += 4;
      return;
    }
    if (peek() == '(') ++at_;
    case_patterns();
    commands(CommandsEnd::at_case_item);
    if (is_at(";;&"))
      at_ += 3;
    else if (is_at(";;") || is_at(";&"))
      at_ += 2;
  }
}

void ShellReader::case_patterns() {
  while (true) {
    skip_lines();
    if (is_at_end()) return;
    const std::size_t start = at_;
    if (peek() == ')') {
      ++at_;
      return;
    }
    word(WordKind::argument);
    if (at_ == start) ++at_;  // |
  }
}

// [[ … ]]; nothing is split into words or matched against files here.
void ShellReader::conditional() {
  std::optional<ShellWord> before;
  bool is_operand = false;
  while (true) {
    skip_lines();
    if (is_at_end()) return;
    const std::size_t start = at_;
    ShellWord word = this->word(WordKind::argument);
    if (at_ == start) {
      ++at_;  // ( ) < > && ||
      before.reset();
      continue;
    }
    if (word.is_plain && word.text == "]]") return;
    const bool is_operator = word.is_plain && is_arithmetic_test(word.text);
    for (const std::size_t hole : is_operator&& before ? before->holes : word.holes) {
      if (is_operator || is_operand) places_[hole].is_arithmetic = true;
      if (!before || !before->is_plain) continue;
      if (before->text == "=~") places_[hole].code_use = CodeUse::pattern;
      if (before->text == "-v" || before->text == "-R") {
        places_[hole].code_use = CodeUse::name;
        places_[hole].program = "[[ " + before->text;
      }
    }
    is_operand = is_operator;
    before = std::move(word);
  }
}

// The ( … ) of an assignment.
void ShellReader::array() {
  const std::size_t opening = at_++;
  while (true) {
    skip_lines();
    if (is_at_end()) return check_end(opening, "list of an array");
    const std::size_t start = at_;
    if (peek() == ')') {
      ++at_;
      return;
    }
    word(WordKind::array_item);
    take_list_if_alone(start);
    if (at_ == start) ++at_;
  }
}

void ShellReader::redirection() {
  if (is_at("<<") && !is_at("<<<")) {
    at_ += 2;
    HereDocument document{
        .delimiter = {}, .strips_tabs = peek() == '-', .command = command_number_};
    if (document.strips_tabs) ++at_;
    skip_blanks();
    document.delimiter = here_delimiter(document.is_quoted);
    here_documents_.push_back(std::move(document));
    return;
  }
  const bool is_here_string = is_at("<<<");
  if (is_here_string || is_at("&>>"))
    at_ += 3;
  else if (is_at("&>") || is_at("<&") || is_at("<>") || is_at(">>") || is_at(">&") || is_at(">|"))
    at_ += 2;
  else
    ++at_;
  skip_blanks();
  const ShellWord target = word(WordKind::argument);
  if (is_here_string) fed_holes_.insert(fed_holes_.end(), target.holes.begin(), target.holes.end());
}

std::string ShellReader::here_delimiter(bool& is_quoted) {
  constexpr std::string_view ends = " \t\n;&|()<>";
  std::string delimiter;
  Unit quote = 0;
  for (; !is_at_end(); ++at_) {
    const Unit unit = peek();
    if (is_hole(unit)) {
      forbid_hole("a value cannot be the delimiter of a here-document", "write a word such as EOF");
      continue;
    }
    const char c = static_cast<char>(unit);
    if (quote == 0 && ends.find(c) != std::string_view::npos) break;
    if (unit == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = unit;
      is_quoted = true;
    } else if (c == '\\' && quote != '\'') {
      is_quoted = true;
      ++at_;
      if (!is_at_end() && !is_hole(peek())) delimiter += static_cast<char>(peek());
    } else {
      delimiter += c;
    }
  }
  return delimiter;
}

void ShellReader::read_here_documents() {
  for (const HereDocument& document : std::exchange(here_documents_, {}))
    read_here_document(document);
}

void ShellReader::read_here_document(const HereDocument& document) {
  const auto line_end = [&](std::size_t from) {
    while (from < end_ && units_[from] != '\n') ++from;
    return from;
  };
  const auto is_delimiter = [&](std::size_t from, std::size_t to) {
    while (document.strips_tabs && from < to && units_[from] == '\t') ++from;
    return std::equal(units_.begin() + static_cast<std::ptrdiff_t>(from),
                      units_.begin() + static_cast<std::ptrdiff_t>(to), document.delimiter.begin(),
                      document.delimiter.end(),
                      [](Unit unit, char c) { return unit == static_cast<unsigned char>(c); });
  };
  std::size_t line = at_;
  bool is_continued = false;
  while (line < end_ && (is_continued || !is_delimiter(line, line_end(line)))) {
    const std::size_t next = line_end(line);
    std::size_t backslashes = 0;
    while (next - backslashes > line && units_[next - backslashes - 1] == '\\') ++backslashes;
    is_continued = !document.is_quoted && backslashes % 2 == 1;
    line = std::min(next + 1, end_);
  }
  here_body(document, line);
  at_ = std::min(line_end(line) + 1, end_);
}

void ShellReader::here_body(const HereDocument& document, std::size_t end) {
  const std::size_t outer_end = std::exchange(end_, end);
  ShellWord body;
  ShellWord* const outer_word = std::exchange(word_, &body);
  while (!is_at_end()) {
    if (document.is_quoted) {
      if (is_hole(peek()))
        forbid_hole(
            "a here-document with a quoted delimiter takes no values",
            fmt::format("write <<{0} instead of <<'{0}', and \\$ where bash shall leave a $ alone",
                        document.delimiter));
      ++at_;
    } else if (peek() == '\\') {
      escape();
    } else if (peek() == '$') {
      dollar(Surrounding::double_quotes);
    } else if (peek() == '`') {
      backticks();
    } else if (is_hole(peek())) {
      hole(ShellQuoting::double_quotes);
    } else {
      ++at_;
    }
  }
  for (const std::size_t hole : body.holes) {
    if (document.reader.empty()) break;
    places_[hole].code_use = CodeUse::input;
    places_[hole].program = document.reader;
  }
  word_ = outer_word;
  end_ = outer_end;
}

bool ShellReader::Nesting::is_allowed() const {
  if (reader_.nesting_ <= expression_limits::shell_nesting_max) return true;
  reader_.at_ = reader_.end_;
  return false;
}

}  // namespace gt
