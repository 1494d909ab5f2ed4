#include <cmath>
#include <limits>

#include "expression/arithmetic.h"
#include "expression/functions.h"

namespace gt {
namespace {

Result<Value> abs(const CallValues& values) {
  const Value& value = values.arguments[0];
  const bool is_negative = value.integer() != nullptr ? *value.integer() < 0 : *value.real() < 0;
  if (!is_negative) return value;
  return negate(value);
}

Result<Value> whole(double value) {
  constexpr double edge = 9223372036854775808.0;
  if (value >= edge || value < -edge)
    return error(Errc::invalid, "{} is outside of 64 bits", value);
  return Value(static_cast<std::int64_t>(value));
}

Result<Value> floor(const CallValues& values) {
  const Value& value = values.arguments[0];
  return value.integer() != nullptr ? Result<Value>(value) : whole(std::floor(*value.real()));
}

Result<Value> ceil(const CallValues& values) {
  const Value& value = values.arguments[0];
  return value.integer() != nullptr ? Result<Value>(value) : whole(std::ceil(*value.real()));
}

// Halves go away from zero. With digits, the decimal form decides: that is what people see.
Result<Value> round(const CallValues& values) {
  const Value& value = values.arguments[0];
  if (values.arguments.size() == 1)
    return value.integer() != nullptr ? Result<Value>(value) : whole(std::round(*value.real()));
  constexpr std::int64_t digits_max = 17;
  const std::int64_t digits = *values.arguments[1].integer();
  if (digits < 0 || digits > digits_max)
    return error(Errc::invalid, "round wants 0 to {} digits, got {}", digits_max, digits);
  const double number =
      value.integer() != nullptr ? static_cast<double>(*value.integer()) : *value.real();
  const double factor = std::pow(10.0, static_cast<double>(digits));
  const double scaled = std::round(number * factor);
  // So large that it has no such digits.
  if (!std::isfinite(scaled)) return Value(number);
  return Value(scaled / factor);
}

Type same_type(std::span<const Type> arguments) { return arguments[0]; }
Type integer_type(std::span<const Type>) { return Type::Kind::integer; }
Type round_type(std::span<const Type> arguments) {
  return arguments.size() == 1 ? Type::Kind::integer : Type::Kind::number;
}

}  // namespace

std::vector<Function> number_functions() {
  using enum Looks;
  return {
      {"abs", 1, 1, {kinds::numeric}, at_arguments, abs, same_type},
      {"floor", 1, 1, {kinds::numeric}, at_arguments, floor, integer_type},
      {"ceil", 1, 1, {kinds::numeric}, at_arguments, ceil, integer_type},
      {"round", 1, 2, {kinds::numeric, kinds::integer}, at_arguments, round, round_type},
  };
}

}  // namespace gt
