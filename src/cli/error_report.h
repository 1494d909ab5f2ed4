/// Errors and problems as people read them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/problem.h"
#include "base/result.h"
#include "cli/console.h"

namespace gt {

/// `geartrain: <message>`, and a line `hint: …` for each line of its hint.
void report(Console& console, const Error& error);

using Paint = std::function<std::string(Tone, std::string_view)>;

/// `file:line:column: message`, the line of the file with a mark below the place, what was
/// expected, and a hint. `text` is the file's content.
std::string render(const Problem& problem, std::string_view file, std::string_view text,
                   const Paint& paint);

/// "2 problems", "no problems", "1 problem and 2 warnings".
std::string count_problems(const Problems& problems);

}  // namespace gt
