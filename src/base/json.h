/// JSON values, one reader and one writer (RFC 8259), strict where JSON in the wild is loose:
/// duplicate keys, NaN, infinities, lone surrogates and numbers outside int64/double are refused,
/// depth is limited. Integers stay int64, apart from doubles.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace gt {

class Json;
using JsonList = std::vector<Json>;

/// Members in order of insertion; look-up is linear below a few members and that is what we have.
class JsonObject {
 public:
  using Member = std::pair<std::string, Json>;
  JsonObject() = default;
  JsonObject(std::initializer_list<Member> members);

  /// nullptr when absent.
  const Json* find(std::string_view key) const;
  Json* find(std::string_view key);
  /// Replaces, or appends.
  void set(std::string key, Json value);
  bool erase(std::string_view key);
  std::size_t size() const;
  bool empty() const;
  auto begin() const;
  auto end() const;
  /// Equal members in any order.
  bool operator==(const JsonObject& other) const;

 private:
  friend class JsonReader;
  std::vector<Member> members_;
};

class Json {
 public:
  using Variant =
      std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, JsonList, JsonObject>;

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::int64_t value) : value_(value) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(JsonList value) : value_(std::move(value)) {}
  Json(JsonObject value) : value_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  /// nullptr when of another type.
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  const double* real() const { return std::get_if<double>(&value_); }
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const JsonList* list() const { return std::get_if<JsonList>(&value_); }
  const JsonObject* object() const { return std::get_if<JsonObject>(&value_); }
  JsonList* list() { return std::get_if<JsonList>(&value_); }
  JsonObject* object() { return std::get_if<JsonObject>(&value_); }
  /// The member of an object; nullptr when absent or not an object.
  const Json* find(std::string_view key) const;

  const Variant& variant() const { return value_; }
  /// 1 and 1.0 differ: the types do.
  bool operator==(const Json& other) const = default;

 private:
  Variant value_;
};

// A vector may be asked for its size only where its items are complete.
inline std::size_t JsonObject::size() const { return members_.size(); }
inline bool JsonObject::empty() const { return members_.empty(); }
inline auto JsonObject::begin() const { return members_.begin(); }
inline auto JsonObject::end() const { return members_.end(); }

/// The JSON-Schema word for the type: null, boolean, integer, number, string, array, object.
const char* type_name(const Json& value);

struct JsonLimits {
  std::size_t depth_max = 64;
  std::size_t bytes_max = 64U << 20U;
};

/// Errors are Errc::invalid with line and column (Errc::exhausted for a limit).
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

/// All writers: a double that JSON cannot say (NaN, infinity) becomes null; bytes of strings that
/// are no UTF-8 become U+FFFD. parse_json of the text gives an equal value otherwise.

/// Canonical: members sorted by key bytes, no blanks, integers without point, doubles in the
/// shortest form that reads back equal and always with a point or exponent (`5.0`, `1e+300`), so
/// that parse and print are inverse. Equal values give equal bytes.
std::string canonical_json(const Json& value);
/// Members in order of insertion, no blanks.
std::string compact_json(const Json& value);
/// Members in order of insertion, two blanks a level; ends without a line break.
std::string pretty_json(const Json& value);
/// The quoted JSON string for a text; bytes that are no UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);

}  // namespace gt
