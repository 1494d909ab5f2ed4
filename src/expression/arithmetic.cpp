#include "expression/arithmetic.h"

#include <cmath>
#include <limits>
#include <optional>

namespace gt {
namespace {

Error overflow(BinaryOperator symbol) {
  Error error = gt::error(Errc::invalid, "the result of {} is outside of 64 bits", to_text(symbol));
  error.hint = "number(x) calculates with numbers instead of integers";
  return error;
}

Error by_zero(BinaryOperator symbol) {
  return error(Errc::invalid, "{} by zero",
               symbol == BinaryOperator::modulo ? "modulo" : "division");
}

Result<Value> finite(BinaryOperator symbol, double result) {
  if (!std::isfinite(result))
    return error(Errc::invalid, "the result of {} is outside of what a double can hold",
                 to_text(symbol));
  return Value(result);
}

Result<Value> calculate_integers(BinaryOperator symbol, std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  bool has_overflow = false;
  switch (symbol) {
    case BinaryOperator::add:
      has_overflow = __builtin_add_overflow(left, right, &result);
      break;
    case BinaryOperator::subtract:
      has_overflow = __builtin_sub_overflow(left, right, &result);
      break;
    case BinaryOperator::multiply:
      has_overflow = __builtin_mul_overflow(left, right, &result);
      break;
    default: {
      if (right == 0) return by_zero(symbol);
      // The processor traps on minimum / -1.
      if (right == -1) {
        if (symbol == BinaryOperator::modulo) return Value(std::int64_t{0});
        has_overflow = __builtin_sub_overflow(std::int64_t{0}, left, &result);
        break;
      }
      const std::int64_t remainder = left % right;
      const bool is_between = remainder != 0 && (remainder < 0) != (right < 0);
      if (symbol == BinaryOperator::divide_floor)
        result = left / right - (is_between ? 1 : 0);
      else
        result = remainder + (is_between ? right : 0);
    }
  }
  if (has_overflow) return overflow(symbol);
  return Value(result);
}

Result<Value> calculate_numbers(BinaryOperator symbol, double left, double right) {
  switch (symbol) {
    case BinaryOperator::add:
      return finite(symbol, left + right);
    case BinaryOperator::subtract:
      return finite(symbol, left - right);
    case BinaryOperator::multiply:
      return finite(symbol, left * right);
    default:
      break;
  }
  if (right == 0) return by_zero(symbol);
  if (symbol == BinaryOperator::divide) return finite(symbol, left / right);
  if (symbol == BinaryOperator::divide_floor) return finite(symbol, std::floor(left / right));
  const double remainder = std::fmod(left, right);
  return finite(symbol,
                remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder);
}

std::optional<double> as_double(const Value& value) {
  if (const auto* integer = value.integer()) return static_cast<double>(*integer);
  if (const auto* real = value.real()) return *real;
  return std::nullopt;
}

}  // namespace

Result<Value> calculate(BinaryOperator symbol, const Value& left, const Value& right) {
  if (left.integer() != nullptr && right.integer() != nullptr && symbol != BinaryOperator::divide)
    return calculate_integers(symbol, *left.integer(), *right.integer());
  const auto a = as_double(left);
  const auto b = as_double(right);
  if (!a || !b) return wrong_operands(symbol, type_name(left), type_name(right));
  return calculate_numbers(symbol, *a, *b);
}

Result<Value> negate(const Value& value) {
  if (const auto* real = value.real()) return Value(-*real);
  const auto* integer = value.integer();
  if (integer == nullptr) return error(Errc::invalid, "- wants a number, got {}", type_name(value));
  if (*integer == std::numeric_limits<std::int64_t>::min())
    return overflow(BinaryOperator::subtract);
  return Value(-*integer);
}

Error wrong_operands(BinaryOperator symbol, std::string_view left, std::string_view right) {
  Error error =
      gt::error(Errc::invalid, "{} wants two numbers, got {} and {}", to_text(symbol), left, right);
  if (symbol == BinaryOperator::add && (left == "string" || right == "string"))
    error.hint = "format('{}{}', a, b) joins texts; int(x) or number(x) reads a number";
  else if (symbol == BinaryOperator::add && left.starts_with("list"))
    error.hint = "flatten([a, b]) joins lists";
  else if (left == "string" || right == "string")
    error.hint = "int(x) or number(x) reads a number";
  return error;
}

}  // namespace gt
