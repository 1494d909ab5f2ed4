/// The walk through a script that finds the places of its holes. For shell_places.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "expression/shell_places.h"
#include "expression/shell_words.h"

namespace gt {

/// Threads: one; for one read().
class ShellReader {
 public:
  ShellReader(const std::vector<TemplatePart>& parts, Problems& problems);

  std::vector<ShellPlace> read();

 private:
  // A byte of the script, or first_hole plus the index of a hole.
  using Unit = std::uint32_t;
  static constexpr Unit first_hole = 0x100;
  static constexpr Unit end_of_text = 0xFFFFFFFF;

  enum class CommandsEnd { of_text, at_bracket, at_case_item };
  enum class ArithmeticEnd { double_bracket, square_bracket, brace };
  enum class WordKind { argument, command_start, array_item };
  enum class Surrounding { bare, double_quotes };

  struct HereDocument {
    std::string delimiter;
    bool is_quoted = false;
    bool strips_tabs = false;
    std::size_t command = 0;
    std::string reader = {};  ///< who reads it as code; empty if nobody does
  };
  // What an attempt takes back if it was the wrong reading.
  struct Mark {
    std::size_t at;
    std::size_t problems;
    std::size_t here_documents;
    std::size_t word_holes;
  };
  // Counts how deep the reading recurses, and ends it for a hostile script.
  class Nesting;

  Unit peek(std::size_t ahead = 0) const;
  bool is_at(std::string_view text) const;
  bool is_at_end() const { return at_ >= end_; }
  bool is_at_substitution() const { return (peek() == '<' || peek() == '>') && peek(1) == '('; }
  static bool is_hole(Unit unit) { return unit >= first_hole && unit != end_of_text; }
  static bool is_name_part(Unit unit);
  bool is_at_esac() const;

  void problem(std::size_t hole, std::string message, std::string hint);
  // Reports the first hole since `from` if what opened there has no end.
  void check_end(std::size_t from, std::string_view what);
  Mark mark() const;
  void restore(const Mark& mark);
  void hole(ShellQuoting quoting);
  void forbid_hole(std::string message, std::string hint);
  void escape();
  void take_list_if_alone(std::size_t start);

  // Commands: shell_reader.cpp.
  void skip_blanks();
  void skip_lines();
  void comment();
  void commands(CommandsEnd end);
  void word_of_command(bool& is_at_start);
  bool command_end();
  bool keyword(const ShellWord& word, bool& is_at_start);
  void finish_command();
  void bracket(bool is_at_start);
  void for_head();
  void case_command();
  void case_patterns();
  void conditional();
  void array();
  void redirection();
  std::string here_delimiter(bool& is_quoted);
  void read_here_documents();
  void read_here_document(const HereDocument& document);
  void here_body(const HereDocument& document, std::size_t end);

  // Words and what stands inside them: shell_reader_words.cpp.
  ShellWord word(WordKind kind);
  void word_unit();
  void pattern_group();
  void assigned_name(WordKind kind);
  void single_quotes();
  void ansi_quotes();
  void double_quotes();
  void backticks();
  void dollar(Surrounding surrounding);
  void command_substitution(std::size_t opening);
  void parameter(Surrounding surrounding);
  void parameter_name();
  void parameter_word(bool is_like_double_quotes);
  bool arithmetic(ArithmeticEnd end);
  bool try_arithmetic(std::size_t opening);
  bool try_subscript();

  Problems& problems_;
  std::vector<Unit> units_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::size_t nesting_ = 0;
  std::vector<Position> hole_positions_;
  std::vector<ShellPlace> places_;
  std::vector<bool> is_placed_;
  bool is_arithmetic_ = false;
  ShellWord* word_ = nullptr;
  std::vector<ShellWord> command_;
  std::vector<std::size_t> fed_holes_;  // here-strings of the command at hand
  std::size_t command_number_ = 0;
  std::vector<HereDocument> here_documents_;  // whose bodies come after the next line break
  // Where an attempt at arithmetic or a subscript failed: trying again would cost exponential time.
  std::set<std::size_t> failed_attempts_;
};

class ShellReader::Nesting {
 public:
  explicit Nesting(ShellReader& reader) : reader_(reader) { ++reader_.nesting_; }
  ~Nesting() { --reader_.nesting_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

  /// False after skipping the rest, whose holes then have no place.
  bool is_allowed() const;

 private:
  ShellReader& reader_;
};

}  // namespace gt
