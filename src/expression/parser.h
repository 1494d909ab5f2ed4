/// From text to the parsed form, for this module. The grammar: docs/reference/expressions.md.
#pragma once

#include <cstddef>
#include <optional>

#include "expression/source_text.h"
#include "expression/syntax.h"

namespace gt {

struct ParsedExpression {
  SyntaxPtr root;
  std::size_t end = 0;  ///< the offset behind the expression and its closing `}}`, if any
};

/// Where an expression has to end.
enum class ExpressionEnd {
  of_text,
  double_brace,  ///< at `}}`
};

/// Reads one expression from the offset on; nullopt after appending the first problem.
std::optional<ParsedExpression> parse_expression(SourceText& source, std::size_t offset,
                                                 ExpressionEnd end, Problems& problems);

}  // namespace gt
