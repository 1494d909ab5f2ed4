/// From the parsed form and a context to a value, for this module.
#pragma once

#include "expression/budget.h"
#include "expression/context.h"
#include "expression/syntax.h"

namespace gt {

/// The error with "line:column: " in front.
Error at(Position position, Error error);
template <typename T>
Result<T> at(Position position, Result<T> result) {
  if (result.ok()) return result;
  return at(position, std::move(result).error());
}

/// The error with "file:" in front, unless there is no name.
template <typename T>
Result<T> in_file(const std::string* file_name, Result<T> result) {
  if (result.ok() || file_name == nullptr) return result;
  Error error = std::move(result).error();
  error.message = *file_name + ":" + error.message;
  return error;
}

/// Errors start with the position of the part that went wrong.
Result<Value> evaluate(const SyntaxNode& node, const Context& context, Budget& budget);

}  // namespace gt
