/// Errors as people read them.
#pragma once

#include <string>

#include "base/problem.h"
#include "base/result.h"
#include "cli/console.h"

namespace gt {

/// `geartrain: <message>`, and a line `hint: …` for each line of its hint.
void report(Console& console, const Error& error);

/// "2 problems", "no problems", "1 problem and 2 warnings".
std::string count_problems(const Problems& problems);

}  // namespace gt
