#include "cli/error_report.h"

#include <algorithm>

#include "base/text.h"
#include "cli/wrapped_text.h"

namespace gt {

namespace {

constexpr std::size_t excerpt_columns_max = 100;

std::string_view line_of(std::string_view text, std::uint32_t line) {
  for (std::uint32_t i = 1; i < line; ++i) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
}

// Tabs would move the mark; a column of the position is one character here as well.
std::string excerpt(std::string_view line) {
  std::string blank(line);
  std::ranges::replace(blank, '\t', ' ');
  return printable(blank);
}

}  // namespace

void report(Console& console, const Error& error) {
  console.say(console.talk_painted(Tone::bad, "geartrain:") + " " + error.message);
  if (error.hint.empty()) return;
  for (const auto line : split(error.hint, '\n'))
    console.say(console.talk_painted(Tone::strong, "hint:") + " " + std::string(line));
}

std::string render(const Problem& problem, std::string_view file, std::string_view text,
                   const Paint& paint) {
  const Position at = problem.position;
  std::string place = printable(file);
  if (at.line > 0) place += fmt::format(":{}", at.line);
  if (at.line > 0 && at.column > 0) place += fmt::format(":{}", at.column);
  const bool is_error = problem.severity == Severity::error;
  std::string lines =
      paint(Tone::strong, place + ":") + " " +
      paint(is_error ? Tone::bad : Tone::warning, is_error ? "error:" : "warning:") + " " +
      problem.message + "\n";
  const std::string shown = excerpt(line_of(text, at.line));
  if (at.line > 0 && !trim(shown).empty()) {
    const std::string number = fmt::format("{:>5} | ", at.line);
    lines += paint(Tone::faint, number) + clipped(shown, excerpt_columns_max) + "\n";
    if (at.column > 0 && at.column <= excerpt_columns_max)
      lines += std::string(number.size() + at.column - 1, ' ') + paint(Tone::bad, "^") + "\n";
  }
  if (!problem.expected.empty()) lines += "    expected: " + problem.expected + "\n";
  if (!problem.hint.empty()) lines += "    hint: " + problem.hint + "\n";
  return lines;
}

std::string count_problems(const Problems& problems) {
  const auto errors = std::ranges::count(problems, Severity::error, &Problem::severity);
  const auto warnings = std::ssize(problems) - errors;
  std::string text;
  if (errors > 0) text = fmt::format("{} problem{}", errors, errors == 1 ? "" : "s");
  if (warnings > 0)
    text += fmt::format("{}{} warning{}", text.empty() ? "" : " and ", warnings,
                        warnings == 1 ? "" : "s");
  return text.empty() ? "no problems" : text;
}

}  // namespace gt
