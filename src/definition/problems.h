/// Makes the problems that this module's readers collect.
#pragma once

#include <string>
#include <utility>

#include "base/problem.h"

namespace gt {

inline Problem error_problem(Position position, std::string message, std::string expected = {},
                             std::string hint = {}) {
  return {.severity = Severity::error,
          .position = position,
          .message = std::move(message),
          .expected = std::move(expected),
          .hint = std::move(hint)};
}

inline Problem warning_problem(Position position, std::string message, std::string hint = {}) {
  return {.severity = Severity::warning,
          .position = position,
          .message = std::move(message),
          .expected = {},
          .hint = std::move(hint)};
}

}  // namespace gt
