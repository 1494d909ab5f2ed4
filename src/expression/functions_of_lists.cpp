#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "expression/arithmetic.h"
#include "expression/compare.h"
#include "expression/functions.h"

namespace gt {
namespace {

using Kind = Type::Kind;
using expression_limits::range_items_max;

const ValueList& list_at(const CallValues& values, std::size_t index) {
  return *values.arguments[index].list();
}

Result<Value> length(const CallValues& values) {
  const Value& value = values.arguments[0];
  if (const auto* list = value.list()) return Value(static_cast<std::int64_t>(list->size()));
  if (const auto* object = value.object()) return Value(static_cast<std::int64_t>(object->size()));
  return Value(std::ranges::count_if(*value.string(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // code points, not bytes
  }));
}

Error empty_list(std::string_view function) {
  Error error = gt::error(Errc::invalid, "{} of an empty list", function);
  error.hint = "length(x) == 0 ? … : … decides what it shall be then";
  return error;
}

Result<Value> first(const CallValues& values) {
  const ValueList& list = list_at(values, 0);
  if (list.empty()) return empty_list("first");
  return list.front();
}

Result<Value> last(const CallValues& values) {
  const ValueList& list = list_at(values, 0);
  if (list.empty()) return empty_list("last");
  return list.back();
}

Result<Value> compact(const CallValues& values) {
  ValueList kept;
  for (Value& item : *values.arguments[0].list())
    if (!item.is_null()) kept.push_back(std::move(item));
  return Value(std::move(kept));
}

Result<Value> default_value(const CallValues& values) {
  return std::move(values.arguments[values.arguments[0].is_null() ? 1 : 0]);
}

Result<Value> range(const CallValues& values) {
  const auto& arguments = values.arguments;
  const std::int64_t start = arguments.size() == 1 ? 0 : *arguments[0].integer();
  const std::int64_t stop = *arguments[arguments.size() == 1 ? 0 : 1].integer();
  const std::int64_t step = arguments.size() == 3 ? *arguments[2].integer() : 1;
  if (step == 0) return error(Errc::invalid, "range wants a step that is not 0");
  if (step > 0 ? start >= stop : start <= stop) return Value(ValueList());
  // Without sign, since a distance may be as large as 2^64 - 1.
  const auto [low, high] = std::minmax(start, stop);
  const std::uint64_t distance = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t stride =
      step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
  const std::uint64_t count = (distance - 1) / stride + 1;
  if (count > static_cast<std::uint64_t>(range_items_max))
    return error(Errc::exhausted, "range makes at most {} items (range_items_max)",
                 range_items_max);
  ValueList list;
  list.reserve(count);
  for (std::int64_t item = start; list.size() < count;) {
    list.emplace_back(item);
    if (__builtin_add_overflow(item, step, &item)) break;
  }
  return Value(std::move(list));
}

Result<Value> contains_value(const CallValues& values) {
  return Value(TRY(contains(values.arguments[0], values.arguments[1])));
}

Result<Value> flatten(const CallValues& values) {
  ValueList flat;
  for (Value& item : *values.arguments[0].list()) {
    if (item.list() == nullptr)
      flat.push_back(std::move(item));
    else
      std::ranges::move(*item.list(), std::back_inserter(flat));
  }
  return Value(std::move(flat));
}

// Every argument is a list; gives the smallest and the largest size.
std::pair<std::size_t, std::size_t> sizes(const CallValues& values) {
  std::size_t least = list_at(values, 0).size();
  std::size_t most = least;
  for (const Value& list : values.arguments) {
    least = std::min(least, list.list()->size());
    most = std::max(most, list.list()->size());
  }
  return {least, most};
}

Result<Value> zip(const CallValues& values) {
  const auto [least, most] = sizes(values);
  if (least != most)
    return error(Errc::invalid, "zip wants lists of one length, got {} and {}", least, most);
  ValueList rows;
  for (std::size_t i = 0; i < most; ++i) {
    ValueList row;
    for (Value& list : values.arguments) row.push_back(std::move((*list.list())[i]));
    rows.emplace_back(std::move(row));
  }
  return Value(std::move(rows));
}

Result<Value> product(const CallValues& values) {
  std::vector<ValueList> rows = {{}};
  for (const Value& list : values.arguments) {
    std::vector<ValueList> longer;
    for (const ValueList& row : rows) {
      // Rows of earlier rounds are dropped again, but were made.
      TRY(values.budget.take_items(list.list()->size() * (row.size() + 1)));
      for (const Value& item : *list.list()) {
        longer.push_back(row);
        longer.back().push_back(item);
      }
    }
    rows = std::move(longer);
  }
  ValueList result;
  for (ValueList& row : rows) result.emplace_back(std::move(row));
  return Value(std::move(result));
}

Result<Value> sort(const CallValues& values) {
  ValueList list = std::move(*values.arguments[0].list());
  // order() is total only within one kind: check against the first, so that sorting itself cannot
  // fail.
  for (const Value& item : list) TRY(order(list.front(), item).context("sort"));
  std::ranges::stable_sort(
      list, [](const Value& a, const Value& b) { return order(a, b).value_or(0 <=> 0) < 0; });
  return Value(std::move(list));
}

// Equal values, as the language sees them, have equal texts: whole numbers look like integers.
std::string identity(const Value& value) {
  if (const auto* real = value.real()) {
    const bool is_whole = *real == std::trunc(*real);
    const auto nearest = is_whole && std::abs(*real) < 9e18 ? static_cast<std::int64_t>(*real) : 0;
    if (compare(nearest, *real) == 0) return std::to_string(nearest);
  }
  if (const auto* list = value.list()) {
    std::string text = "[";
    for (const Value& item : *list) text += identity(item) + ",";
    return text + "]";
  }
  if (const auto* object = value.object()) {
    std::vector<std::string> members;
    for (const auto& [key, member] : *object)
      members.push_back(json_quoted(key) + ":" + identity(member));
    std::ranges::sort(members);
    return fmt::format("{{{}}}", fmt::join(members, ","));
  }
  if (const auto* artifact = value.artifact())
    return fmt::format("@{}{}", artifact->digest.hex(), artifact->is_folder);
  const auto json = to_json(value);
  return json.ok() ? canonical_json(*json) : std::string();
}

Result<Value> unique(const CallValues& values) {
  ValueList kept;
  std::unordered_set<std::string> seen;
  const Value* sample = nullptr;
  for (Value& item : *values.arguments[0].list()) {
    // As strict as ==: a list that mixes types is most likely a mistake.
    if (sample != nullptr) TRY(is_equal(*sample, item).context("unique"));
    if (item.secret() != nullptr) TRY(is_equal(item, item).context("unique"));
    if (!seen.insert(identity(item)).second) continue;
    kept.push_back(item);
    if (sample == nullptr && !item.is_null()) sample = &item;
  }
  return Value(std::move(kept));
}

// The items of the only list, or the arguments themselves.
std::span<const Value> candidates(const CallValues& values) {
  if (values.arguments.size() == 1 && values.arguments[0].list() != nullptr)
    return *values.arguments[0].list();
  return values.arguments;
}

Result<Value> extreme(const CallValues& values, std::string_view name, bool wants_least) {
  const auto items = candidates(values);
  if (items.empty()) return empty_list(name);
  const Value* best = &items[0];
  for (const Value& item : items) {
    const auto against_best = TRY(order(item, *best).context("{}", name));
    if (wants_least ? against_best < 0 : against_best > 0) best = &item;
  }
  return *best;
}

Result<Value> min(const CallValues& values) { return extreme(values, "min", true); }
Result<Value> max(const CallValues& values) { return extreme(values, "max", false); }

Result<Value> sum(const CallValues& values) {
  Value total = 0;
  for (const Value& item : list_at(values, 0))
    total = TRY(calculate(BinaryOperator::add, total, item).context("sum"));
  return total;
}

Result<Value> keys(const CallValues& values) {
  ValueList names;
  for (const auto& member : *values.arguments[0].object()) names.emplace_back(member.first);
  return Value(std::move(names));
}

Result<Value> member_values(const CallValues& values) {
  ValueList list;
  for (const auto& member : *values.arguments[0].object()) list.push_back(member.second);
  return Value(std::move(list));
}

Type integer_type(std::span<const Type>) { return Kind::integer; }
Type boolean_type(std::span<const Type>) { return Kind::boolean; }
Type same_type(std::span<const Type> arguments) { return arguments[0]; }
Type item_type(std::span<const Type> arguments) { return arguments[0].item(); }

Type default_type(std::span<const Type> arguments) {
  if (arguments[0].kind() == Kind::null || arguments[0] == arguments[1]) return arguments[1];
  return Kind::any;
}

Type flat_type(std::span<const Type> arguments) {
  const Type& item = arguments[0].item();
  return item.kind() == Kind::list ? item : Type(Kind::list);
}

Type rows_type(std::span<const Type> arguments) {
  Type item = arguments[0].item();
  for (const Type& list : arguments)
    if (!(list.item() == item)) item = Kind::any;
  return Type::list_of(Type::list_of(item));
}

Type extreme_type(std::span<const Type> arguments) {
  if (arguments.size() == 1)
    return arguments[0].kind() == Kind::list ? arguments[0].item() : arguments[0];
  Type common = arguments[0];
  for (const Type& type : arguments) {
    if (type == common) continue;
    common = (kinds::of(type) | kinds::of(common)) == kinds::numeric ? Kind::number : Kind::any;
  }
  return common;
}

Type sum_type(std::span<const Type> arguments) {
  const Type& item = arguments[0].item();
  if (item.kind() == Kind::integer) return Kind::integer;
  return Kind::number;
}

Type names_type(std::span<const Type>) { return Type::list_of(Kind::string); }
Type list_type(std::span<const Type>) { return Kind::list; }
Type integers_type(std::span<const Type>) { return Type::list_of(Kind::integer); }

}  // namespace

std::vector<Function> list_functions() {
  constexpr auto many = arguments_without_limit;
  constexpr Kinds sized = kinds::list | kinds::object | kinds::string;
  constexpr Kinds ordered = kinds::numeric | kinds::string;
  using enum Looks;
  return {
      {"length", 1, 1, {sized}, at_arguments, length, integer_type},
      {"first", 1, 1, {kinds::list}, at_arguments, first, item_type},
      {"last", 1, 1, {kinds::list}, at_arguments, last, item_type},
      {"compact", 1, 1, {kinds::list}, inside, compact, same_type},
      {"default", 2, 2, {kinds::any}, at_arguments, default_value, default_type},
      {"range", 1, 3, {kinds::integer}, at_arguments, range, integers_type},
      {"contains", 2, 2, {sized, kinds::open}, inside, contains_value, boolean_type},
      {"flatten", 1, 1, {kinds::list}, inside, flatten, flat_type},
      {"zip", 1, many, {kinds::list}, at_arguments, zip, rows_type},
      {"product", 1, many, {kinds::list}, at_arguments, product, rows_type},
      {"sort", 1, 1, {kinds::list}, inside, sort, same_type},
      {"unique", 1, 1, {kinds::list}, inside, unique, same_type},
      {"min", 1, many, {ordered | kinds::list, ordered}, inside, min, extreme_type},
      {"max", 1, many, {ordered | kinds::list, ordered}, inside, max, extreme_type},
      {"sum", 1, 1, {kinds::list}, inside, sum, sum_type},
      {"keys", 1, 1, {kinds::object}, at_arguments, keys, names_type},
      {"values", 1, 1, {kinds::object}, at_arguments, member_values, list_type},
  };
}

}  // namespace gt
