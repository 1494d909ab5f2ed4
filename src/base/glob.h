/// Patterns for paths. A path here is relative, with single slashes and without "." and "..".
///
/// `*` any run of characters without a slash, `?` one such character, `[a-z]`, `[!a-z]` and
/// `[[:alpha:]]` one of a set, `\` takes the next character as it stands, a segment `**` any number
/// of folders (also none; at the end: everything below). Characters are bytes. Matching takes time
/// proportional to pattern times path, whatever the pattern.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gt {

enum class GlobDialect {
  plain,   ///< `**` inside a segment crosses folders: `src/**.py` is every .py below src
  ignore,  ///< as gitignore(5) has it: `**` inside a segment is `*`
};

class Glob {
 public:
  /// Errc::invalid: empty, longer than 4096 bytes, `[` without `]`, `\` at the end.
  static Result<Glob> parse(std::string_view text, GlobDialect dialect);
  /// A glob that selects files of a project: in addition, absolute paths, `..` and `{a,b}` are
  /// Errc::invalid; "./" in front and "/" at the end are taken away.
  static Result<Glob> parse_selection(std::string_view text);

  bool matches(std::string_view path) const;
  /// True also if a folder above `path` matches: `src` selects all that is below src.
  bool selects(std::string_view path) const;

  /// The pattern as it is matched.
  const std::string& text() const { return text_; }
  /// No wildcard: it names one path, literal_prefix().
  bool is_literal() const { return tokens_.empty(); }
  /// What every match begins with.
  const std::string& literal_prefix() const { return prefix_; }
  /// The folder that holds every match, "" for the root.
  std::string fixed_folder() const;

 private:
  enum class Kind : std::uint8_t {
    character,     // this one
    set,           // one of sets_[set]
    one,           // any but a slash
    run,           // any number but slashes
    deep_run,      // any number
    some_folders,  // either nothing, or what until_slash, the next token, takes
    until_slash,   // everything up to and with some slash
  };
  struct Token {
    Kind kind;
    char character = 0;
    std::uint32_t set = 0;
  };

  class Parser;
  void follow(std::size_t token, std::vector<std::uint32_t>& active) const;
  bool run(std::string_view path, bool or_folder) const;

  std::string text_;
  std::string prefix_;
  std::string suffix_;         // what every match ends with, for a quick no
  std::vector<Token> tokens_;  // after the prefix
  std::vector<std::bitset<256>> sets_;
};

}  // namespace gt
