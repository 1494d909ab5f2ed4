/// Text for people in lines of at most 80 columns.
#pragma once

#include <string>
#include <string_view>

namespace gt {

inline constexpr std::size_t text_columns = 80;

/// Columns that a text takes on a terminal: one for each character, none for combining marks.
std::size_t columns_of(std::string_view text);

/// Words in lines, each line behind `indent` blanks. A line break in the text stays.
std::string wrapped(std::string_view text, std::size_t indent);

/// "  name        what it is, wrapped below itself"
std::string two_columns(std::string_view name, std::string_view text);

/// The text with blanks behind it up to `columns`.
std::string padded(std::string_view text, std::size_t columns);

/// At most `columns`, with an ellipsis where something was cut.
std::string clipped(std::string_view text, std::size_t columns);

}  // namespace gt
