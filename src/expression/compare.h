/// Equality and order of the language: strict between types, exact between integers and numbers.
#pragma once

#include <compare>

#include "base/result.h"
#include "expression/value.h"

namespace gt {

/// Exact, where a conversion to double would round. The double is finite.
std::strong_ordering compare(std::int64_t left, double right);

/// null equals only null; integers and numbers compare by value; artifacts by content; lists item
/// by item; objects member by member. Other pairs of types, and secrets, are Errc::invalid. Neither
/// side has an unknown in it.
Result<bool> is_equal(const Value& left, const Value& right);

/// Of two numbers, or of two strings by their bytes (which is the order of Unicode code points).
Result<std::strong_ordering> order(const Value& left, const Value& right);

/// Whether a list has an equal item, an object a key, a string a part. Errc::invalid for other
/// types.
Result<bool> contains(const Value& container, const Value& item);

}  // namespace gt
