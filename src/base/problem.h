/// What is wrong in a text that a person wrote, and where. Readers collect problems instead of
/// stopping at the first; whoever knows the file adds its name.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gt {

/// A place in a text file. Lines and columns count from 1; a column is a character (a Unicode code
/// point), as editors count. 0 is "somewhere".
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  /// Among the files that were read together; whoever read them has their names. 0: the first.
  std::uint16_t file = 0;

  bool operator==(const Position&) const = default;
  /// File by file.
  std::strong_ordering operator<=>(const Position& other) const {
    if (const auto files = file <=> other.file; files != 0) return files;
    if (const auto lines = line <=> other.line; lines != 0) return lines;
    return column <=> other.column;
  }
};

enum class Severity {
  error,    ///< nothing may start
  warning,  ///< is allowed, but probably not what was meant
};

struct Problem {
  Severity severity = Severity::error;
  Position position;
  /// One sentence without a full stop: "unknown step trian".
  std::string message;
  /// What would have been right, if that says more than the message: "a number from 1 to 12".
  std::string expected = {};
  /// What to do: "did you mean train?", "write \"${{ x }}\" outside of the backticks".
  std::string hint = {};

  bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

/// Whether at least one of the problems is an error.
inline bool has_error(const Problems& problems) {
  for (const Problem& problem : problems)
    if (problem.severity == Severity::error) return true;
  return false;
}

/// Where a text of ours (a YAML scalar, say) stands in its file, so that a place in the text can be
/// told as a place in the file. Exact for plain, quoted and literal block scalars without escapes;
/// for folded ones the line is near.
struct TextOrigin {
  /// Of the first character.
  Position start = {1, 1};
  /// Where the following lines of the text start: the indentation of a block scalar plus one.
  std::uint32_t next_lines_column = 1;
  /// Of the file, for errors at run time; null where the reader of an error knows it anyway.
  std::shared_ptr<const std::string> file_name = nullptr;
};

}  // namespace gt
