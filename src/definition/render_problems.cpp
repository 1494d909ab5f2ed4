#include "definition/render_problems.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"

namespace gt {
namespace {

constexpr std::size_t shown_columns_max = 120;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::string_view line_of(std::string_view text, std::uint32_t line) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::size_t start = 0;
  for (std::uint32_t at = 1; at < line; ++at) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string_view::npos) return {};
    start = end + 1;
  }
  std::string_view found = text.substr(start, text.find('\n', start) - start);
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

/// The byte at which character `column` (from 1) starts.
std::size_t byte_of_column(std::string_view line, std::uint32_t column) {
  std::size_t at = 0;
  for (std::uint32_t passed = 1; passed < column && at < line.size(); ++passed) {
    ++at;
    while (at < line.size() && is_continuation(line[at])) ++at;
  }
  return at;
}

/// Tabs are one blank wide, so that the mark below is right; nothing else can move the cursor.
std::string shown_text(std::string_view text) {
  std::string blanks(text);
  std::ranges::replace(blanks, '\t', ' ');
  return printable(blanks);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

/// The line and a mark below the column; of a long line the part around it.
std::string render_line(std::string_view line, Position position, std::string_view mark) {
  const std::size_t at = byte_of_column(line, position.column);
  std::size_t start = 0;
  if (at > shown_columns_max) {
    start = at - shown_columns_max / 2;
    while (start < at && is_continuation(line[start])) ++start;
  }
  std::size_t end = std::min(line.size(), start + shown_columns_max);
  while (end < line.size() && is_continuation(line[end])) ++end;
  const std::string before = (start > 0 ? "…" : "") + shown_text(line.substr(start, at - start));
  const std::string after = shown_text(line.substr(at, end - at)) + (end < line.size() ? "…" : "");
  const std::string number = fmt::format("{:>5}", position.line);
  return fmt::format("{} | {}{}\n{} | {}{}\n", number, before, after,
                     std::string(number.size(), ' '), std::string(characters(before), ' '), mark);
}

struct Palette {
  std::string_view bold;
  std::string_view severity;
  std::string_view quiet;
  std::string_view end;
};

Palette palette_for(Colors colors, Severity severity) {
  if (colors == Colors::none) return {};
  return {.bold = "\x1b[1m",
          .severity = severity == Severity::error ? "\x1b[1;31m" : "\x1b[1;33m",
          .quiet = "\x1b[36m",
          .end = "\x1b[0m"};
}

}  // namespace

std::string render_problem(const Problem& problem, ProblemSources sources, Colors colors) {
  const ProblemSource& source = sources[problem.position.file];
  const Palette palette = palette_for(colors, problem.severity);
  const bool has_place = problem.position.line > 0;
  std::string place = printable(source.file_name);
  if (has_place) place += fmt::format(":{}:{}", problem.position.line, problem.position.column);
  std::string text = fmt::format(
      "{}{}:{} {}{}:{} {}\n", palette.bold, place, palette.end, palette.severity,
      problem.severity == Severity::error ? "error" : "warning", palette.end, problem.message);
  if (has_place && !source.text.empty()) {
    const std::string mark = fmt::format("{}^{}", palette.severity, palette.end);
    text += render_line(line_of(source.text, problem.position.line), problem.position, mark);
  }
  if (!problem.expected.empty()) {
    text += fmt::format("  {}expected:{} {}\n", palette.quiet, palette.end, problem.expected);
  }
  if (!problem.hint.empty()) {
    text += fmt::format("  {}hint:{} {}\n", palette.quiet, palette.end, problem.hint);
  }
  return text;
}

std::string render_problems(const Problems& problems, ProblemSources sources, Colors colors) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += render_problem(problem, sources, colors);
  }
  return text;
}

Json problem_to_json(const Problem& problem, ProblemSources sources) {
  JsonObject object;
  object.set("file", sources[problem.position.file].file_name);
  if (problem.position.line > 0) {
    object.set("line", std::int64_t{problem.position.line});
    object.set("column", std::int64_t{problem.position.column});
  }
  object.set("severity", problem.severity == Severity::error ? "error" : "warning");
  object.set("message", problem.message);
  if (!problem.expected.empty()) object.set("expected", problem.expected);
  if (!problem.hint.empty()) object.set("hint", problem.hint);
  return object;
}

}  // namespace gt
