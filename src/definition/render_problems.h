/// Problems as people and programs read them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/problem.h"

namespace gt {

enum class Colors { none, ansi };

/// A file that problems are about.
struct ProblemSource {
  std::string file_name;
  std::string_view text;  ///< empty: lines are not shown
};

/// The files, as Position::file counts them.
using ProblemSources = std::span<const ProblemSource>;

/// `file:line:column: error: message`, the line with a mark below the column, `expected: …` and the
/// hint; ends with a line break. Positions 0:0 have no line.
std::string render_problem(const Problem& problem, ProblemSources sources, Colors colors);
/// All of them, with an empty line between.
std::string render_problems(const Problems& problems, ProblemSources sources, Colors colors);

/// {"file", "line", "column", "severity", "message", "expected", "hint"}; empty ones are left out.
Json problem_to_json(const Problem& problem, ProblemSources sources);

}  // namespace gt
