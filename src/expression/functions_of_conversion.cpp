#include <charconv>
#include <cmath>

#include "base/json.h"
#include "base/text.h"
#include "expression/functions.h"

namespace gt {
namespace {

using Kind = Type::Kind;

// An artifact is its path here, as in any other text: that is what a step can use.
Result<Json> json_of(const Value& value) {
  if (value.artifact() != nullptr) return Json(TRY(render(value)));
  if (const auto* list = value.list()) {
    JsonList items;
    items.reserve(list->size());
    for (const Value& item : *list) items.push_back(TRY(json_of(item)));
    return Json(std::move(items));
  }
  if (const auto* object = value.object()) {
    JsonObject members;
    for (const auto& [key, member] : *object) {
      Json shape = TRY(json_of(member));
      members.set(key, std::move(shape));
    }
    return Json(std::move(members));
  }
  return to_json(value);
}

Result<Value> to_json_text(const CallValues& values) {
  return Value(compact_json(TRY(json_of(values.arguments[0]))));
}

Result<Value> from_json_text(const CallValues& values) {
  const std::string& text = *values.arguments[0].string();
  return value_from_json(TRY(
      parse_json(text, {.depth_max = expression_limits::value_depth_max}).context("from_json")));
}

Result<Value> to_integer(const CallValues& values) {
  const Value& value = values.arguments[0];
  if (value.integer() != nullptr) return value;
  if (const auto* real = value.real()) {
    constexpr double edge = 9223372036854775808.0;
    if (*real == std::trunc(*real) && *real >= -edge && *real < edge)
      return Value(static_cast<std::int64_t>(*real));
    Error error = gt::error(Errc::invalid, "{} is no integer", TRY(render(value)));
    error.hint = "round(x), floor(x) or ceil(x) make one";
    return error;
  }
  const std::string& text = *value.string();
  std::int64_t result = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (status != std::errc() || end != text.data() + text.size())
    return error(Errc::invalid, "\"{}\" is no integer of 64 bits", printable(text));
  return Value(result);
}

Result<Value> to_number(const CallValues& values) {
  const Value& value = values.arguments[0];
  if (value.real() != nullptr) return value;
  if (const auto* integer = value.integer()) return Value(static_cast<double>(*integer));
  const std::string& text = *value.string();
  double result = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (status != std::errc() || end != text.data() + text.size() || !std::isfinite(result))
    return error(Errc::invalid, "\"{}\" is no number", printable(text));
  return Value(result);
}

Result<Value> to_string(const CallValues& values) {
  return Value(TRY(render(values.arguments[0])));
}

Result<Value> to_boolean(const CallValues& values) {
  const Value& value = values.arguments[0];
  if (value.boolean() != nullptr) return value;
  const std::string& text = *value.string();
  if (text == "true" || text == "false") return Value(text == "true");
  return error(Errc::invalid, "\"{}\" is neither true nor false", printable(text));
}

Type string_type(std::span<const Type>) { return Kind::string; }
Type any_type(std::span<const Type>) { return Kind::any; }
Type integer_type(std::span<const Type>) { return Kind::integer; }
Type number_type(std::span<const Type>) { return Kind::number; }
Type boolean_type(std::span<const Type>) { return Kind::boolean; }

}  // namespace

std::vector<Function> conversion_functions() {
  constexpr Kinds readable = kinds::numeric | kinds::string;
  constexpr Kinds writable = kinds::boolean | kinds::numeric | kinds::text;
  using enum Looks;
  return {
      {"to_json", 1, 1, {kinds::open}, inside, to_json_text, string_type},
      {"from_json", 1, 1, {kinds::string}, at_arguments, from_json_text, any_type},
      {"int", 1, 1, {readable}, at_arguments, to_integer, integer_type},
      {"number", 1, 1, {readable}, at_arguments, to_number, number_type},
      {"string", 1, 1, {writable}, at_arguments, to_string, string_type},
      {"bool", 1, 1, {kinds::boolean | kinds::string}, at_arguments, to_boolean, boolean_type},
  };
}

}  // namespace gt
