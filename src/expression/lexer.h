/// Tokens of an expression, for its parser. Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/problem.h"
#include "expression/source_text.h"

namespace gt {

struct Token {
  enum class Kind {
    end,      ///< of the whole text
    name,     ///< also null, true, false, in
    integer,  ///< without a sign, so up to 2^63 (the parser knows the sign)
    number,
    string,
    symbol,
    invalid,  ///< Lexer::problem() says why
  };

  Kind kind = Kind::end;
  std::size_t offset = 0;
  Position position = {};
  std::string_view text = {};  ///< as written
  std::string string = {};     ///< of a string: its content
  std::uint64_t integer = 0;   ///< of an integer
  double number = 0;           ///< of a number

  bool is_symbol(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
  bool is_name(std::string_view name) const { return kind == Kind::name && text == name; }
};

class Lexer {
 public:
  Lexer(SourceText& source, std::size_t offset) : source_(source), offset_(offset) {}

  /// The token at the offset; the offset moves behind it. An invalid token is given again and
  /// again.
  Token next();
  /// Of the last invalid token.
  const Problem& problem() const { return problem_; }

 private:
  std::string_view rest() const { return source_.text().substr(offset_); }
  void skip_blanks();
  Token name(Token token);
  Token number(Token token);
  Token string(Token token);
  Token symbol(Token token);
  Token invalid(Token token, std::size_t offset, std::string message, std::string hint = {});

  SourceText& source_;
  std::size_t offset_;
  Problem problem_;
};

}  // namespace gt
