/// The words of a simple command, and which programs read them as code. For shell_places.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "expression/shell_places.h"

namespace gt {

struct ShellWord {
  /// Without its quotes; expansions and holes are left out.
  std::string text = {};
  /// Nothing but plain characters: only such a word can be a keyword.
  bool is_plain = true;
  /// Of the holes in it, but not of those in command substitutions.
  std::vector<std::size_t> holes = {};
  /// The text's length when the hole came.
  std::vector<std::size_t> hole_offsets = {};
};

/// NAME=, NAME+=, NAME[…]= at its start.
bool is_assignment(const ShellWord& word);
/// declare, local, export …: commands whose arguments may be assignments of arrays.
bool is_declaration(const ShellWord& word);
/// Operators of [[ ]] that evaluate both sides as arithmetic.
bool is_arithmetic_test(std::string_view text);

/// Marks the places of holes that the command reads as code, or as arithmetic (`let`, `declare
/// -i`).
void mark_code(const std::vector<ShellWord>& command, std::vector<ShellPlace>& places);

/// The program among the words that would read its standard input as code: "python3"; empty if
/// none.
std::string reader_of_code(const std::vector<ShellWord>& command);

}  // namespace gt
