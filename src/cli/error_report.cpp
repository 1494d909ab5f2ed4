#include "cli/error_report.h"

#include <algorithm>

#include "base/text.h"

namespace gt {

void report(Console& console, const Error& error) {
  console.say(console.talk_painted(Tone::bad, "geartrain:") + " " + error.message);
  if (error.hint.empty()) return;
  for (const auto line : split(error.hint, '\n'))
    console.say(console.talk_painted(Tone::strong, "hint:") + " " + std::string(line));
}

std::string count_problems(const Problems& problems) {
  const auto errors = std::ranges::count(problems, Severity::error, &Problem::severity);
  const auto warnings = std::ssize(problems) - errors;
  const auto counted = [](auto count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  if (errors > 0 && warnings > 0)
    return counted(errors, "problem") + " and " + counted(warnings, "warning");
  if (errors > 0) return counted(errors, "problem");
  return warnings > 0 ? counted(warnings, "warning") : "no problems";
}

}  // namespace gt
