/// + - * / // % and the prefix -, on numbers.
///
/// Two integers give an integer and overflow is an error; with a number the result is a number and
/// has to be finite. / always gives a number; // and % round towards minus infinity, as in Python.
#pragma once

#include "base/result.h"
#include "expression/syntax.h"
#include "expression/value.h"

namespace gt {

/// Errc::invalid for operands that are no numbers, overflow and division by zero.
Result<Value> calculate(BinaryOperator symbol, const Value& left, const Value& right);
Result<Value> negate(const Value& value);

/// "+ wants two numbers, got integer and string", with a hint.
Error wrong_operands(BinaryOperator symbol, std::string_view left, std::string_view right);

}  // namespace gt
