#include "expression/compare.h"

#include <cmath>

namespace gt {
namespace {

bool is_number(const Value& value) { return value.integer() != nullptr || value.real() != nullptr; }

std::strong_ordering compare(double left, double right) {
  if (left < right) return std::strong_ordering::less;
  return left > right ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::strong_ordering reversed(std::strong_ordering order) { return 0 <=> order; }

std::strong_ordering compare_numbers(const Value& left, const Value& right) {
  const auto* left_integer = left.integer();
  const auto* right_integer = right.integer();
  if (left_integer != nullptr && right_integer != nullptr) return *left_integer <=> *right_integer;
  if (left_integer != nullptr) return gt::compare(*left_integer, *right.real());
  if (right_integer != nullptr) return reversed(gt::compare(*right_integer, *left.real()));
  return compare(*left.real(), *right.real());
}

Error mismatch(const Value& left, const Value& right) {
  Error error =
      gt::error(Errc::invalid, "cannot compare {} with {}", type_name(left), type_name(right));
  if (left.secret() != nullptr || right.secret() != nullptr)
    error.hint = "a secret can only become text";
  else if (left.string() != nullptr && is_number(right))
    error.hint = "convert one side: int(x) or number(x), string(y)";
  else if (is_number(left) && right.string() != nullptr)
    error.hint = "convert one side: string(x), int(y) or number(y)";
  else if (left.artifact() != nullptr && right.string() != nullptr)
    error.hint = "string(x) is the artifact's path";
  return error;
}

Result<bool> is_equal_list(const ValueList& left, const ValueList& right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!TRY(is_equal(left[i], right[i]))) return false;
  return true;
}

Result<bool> is_equal_object(const ValueObject& left, const ValueObject& right) {
  if (left.size() != right.size()) return false;
  for (const auto& [key, value] : left) {
    const Value* other = right.find(key);
    if (other == nullptr || !TRY(is_equal(value, *other))) return false;
  }
  return true;
}

}  // namespace

std::strong_ordering compare(std::int64_t left, double right) {
  constexpr double edge = 9223372036854775808.0;
  if (right >= edge) return std::strong_ordering::less;
  if (right < -edge) return std::strong_ordering::greater;
  const double whole = std::trunc(right);
  const auto order = left <=> static_cast<std::int64_t>(whole);
  if (order != 0) return order;
  return reversed(compare(right, whole));
}

Result<bool> is_equal(const Value& left, const Value& right) {
  if (left.secret() != nullptr || right.secret() != nullptr) return mismatch(left, right);
  if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
  if (is_number(left) && is_number(right)) return compare_numbers(left, right) == 0;
  if (left.boolean() != nullptr && right.boolean() != nullptr)
    return *left.boolean() == *right.boolean();
  if (left.string() != nullptr && right.string() != nullptr)
    return *left.string() == *right.string();
  if (left.artifact() != nullptr && right.artifact() != nullptr)
    return left.artifact()->digest == right.artifact()->digest &&
           left.artifact()->is_folder == right.artifact()->is_folder;
  if (left.list() != nullptr && right.list() != nullptr)
    return is_equal_list(*left.list(), *right.list());
  if (left.object() != nullptr && right.object() != nullptr)
    return is_equal_object(*left.object(), *right.object());
  return mismatch(left, right);
}

Result<std::strong_ordering> order(const Value& left, const Value& right) {
  if (is_number(left) && is_number(right)) return compare_numbers(left, right);
  if (left.string() != nullptr && right.string() != nullptr)
    return *left.string() <=> *right.string();
  return mismatch(left, right);
}

Result<bool> contains(const Value& container, const Value& item) {
  if (const auto* list = container.list()) {
    for (const Value& other : *list)
      if (TRY(is_equal(other, item))) return true;
    return false;
  }
  const bool is_object = container.object() != nullptr;
  if (!is_object && container.string() == nullptr)
    return error(Errc::invalid, "a list, object or string is searched, got {}",
                 type_name(container));
  const auto* text = item.string();
  if (text == nullptr)
    return error(Errc::invalid, "{} for a string, got {}",
                 is_object ? "an object is searched" : "a string is searched", type_name(item));
  return is_object ? container.object()->find(*text) != nullptr
                   : container.string()->find(*text) != std::string::npos;
}

}  // namespace gt
