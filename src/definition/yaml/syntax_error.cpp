#include "definition/yaml/syntax_error.h"

#include <algorithm>
#include <fmt/format.h>

#include "definition/problems.h"
#include "definition/yaml/source_text.h"

namespace gt {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Columns count characters, and what stands before the place is mostly ASCII: for a look at the
/// character that is near enough.
char character_at(std::string_view line, std::uint32_t column) {
  return column >= 1 && column <= line.size() ? line[column - 1] : '\0';
}

}  // namespace

Problem syntax_problem(const YamlSyntaxError& error, std::string_view source,
                       const std::vector<std::uint32_t>& starts) {
  const std::string_view line = line_text(source, starts, error.position.line);
  const char character = character_at(line, error.position.column);
  const std::string_view before =
      line.substr(0, std::min<std::size_t>(line.size(), error.position.column));
  if (has(error.problem, "cannot start any token")) {
    if (character == '\t' || has(before, "\t")) {
      return error_problem(error.position, "a tab as indentation", "blanks");
    }
    return error_problem(error.position, fmt::format("text cannot start with `{}`", character),
                         "a value", fmt::format("put it into quotes: \"{}…\"", character));
  }
  if (has(error.context, "flow") && (has(line, "${{") || has(before, "${{"))) {
    return error_problem(error.position, "an expression inside [ ] or { } without quotes",
                         "\"${{ … }}\"", "put the expression into double quotes");
  }
  if (has(error.problem, "mapping values are not allowed")) {
    return error_problem(error.position, "a `:` where no key can stand",
                         "text, or a key at its own line",
                         "put text that contains `: ` into quotes, and check the indentation");
  }
  if (has(error.problem, "unexpected end of stream") && has(error.context, "quoted")) {
    return error_problem(error.context_position, "a quote that is never closed", "a closing quote");
  }
  if (has(error.context, "alias") || has(error.context, "anchor")) {
    return error_problem(error.position, "no name behind `*` or `&`",
                         "a name of letters and digits",
                         "put text that starts with `*` or `&` into quotes");
  }
  if (has(error.problem, "could not find expected ':'")) {
    return error_problem(
        error.position, "a key without `:`", "key: value",
        fmt::format("the key may be the one in line {}", error.context_position.line));
  }
  if (has(error.problem, "did not find expected key") ||
      has(error.problem, "did not find expected '-' indicator")) {
    const bool is_list = has(error.problem, "'-'");
    return error_problem(error.position,
                         fmt::format("this does not continue the {} that starts in line {}",
                                     is_list ? "list" : "mapping", error.context_position.line),
                         is_list ? "- item" : "key: value", "check the indentation");
  }
  if (has(error.problem, "did not find expected <document start>")) {
    return error_problem(error.position, "more text behind the end of the document",
                         "the end of the file", "check the indentation");
  }
  return error_problem(
      error.position,
      error.context.empty() ? error.problem : fmt::format("{} {}", error.problem, error.context),
      "YAML");
}

}  // namespace gt
