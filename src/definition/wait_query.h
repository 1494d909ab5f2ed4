/// The query of a wait, in which no value can become a part of the language.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "expression/template.h"

namespace gt {

struct WaitQuery {
  std::string text;  ///< with a `?` in place of each expression
  std::vector<Expression> values;
};

/// Errc::invalid where an expression stands in quotes or in a comment, or nothing else is there.
Result<WaitQuery> parse_wait_query(const Template& text);

}  // namespace gt
