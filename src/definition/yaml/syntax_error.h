/// libyaml's words for a syntax error, turned into what the author can do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"

namespace gt {

struct YamlSyntaxError {
  std::string problem;
  std::string context;
  Position position;
  Position context_position;
};

Problem syntax_problem(const YamlSyntaxError& error, std::string_view source,
                       const std::vector<std::uint32_t>& line_starts);

}  // namespace gt
