/// The values that `${{ }}` expressions work on: JSON's types with int64 apart from double, and
/// three of our own: artifact, secret, and unknown (what `plan` cannot know yet). Values own what
/// they hold and are compared and copied deeply. Threads: as any plain value.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "base/result.h"

namespace gt {

class Value;
using ValueList = std::vector<Value>;

/// A file or folder by the digest of its content.
struct Artifact {
  Digest digest = {};
  bool is_folder = false;
  std::int64_t bytes = 0;
  /// The name that its producer gave it, without folders: "raw.csv".
  std::string file_name = {};
  /// Its text form: where the step at hand sees it. Empty as long as it is placed nowhere, and then
  /// it has no text form.
  std::string path = {};

  bool operator==(const Artifact&) const = default;
};

/// Renders into text and is otherwise good for nothing: comparing, measuring, joining and printing
/// as JSON are errors, so that no part of it leaves by a side door. Text that contains it is a
/// secret again (its name then lists all: "A, B").
struct Secret {
  std::string name;
  std::string text;

  bool operator==(const Secret&) const = default;
};

/// The third truth value: something exists at run time that is not there yet. What depends on it is
/// unknown too, unless the other operand of && or || decides.
struct Unknown {
  /// A sentence for people: "output auc of step train is not known yet".
  std::string why;

  bool operator==(const Unknown&) const = default;
};

/// Members in order of insertion; keys are unique.
class ValueObject {
 public:
  using Member = std::pair<std::string, Value>;
  ValueObject() = default;
  ValueObject(std::initializer_list<Member> members);

  /// nullptr when absent. Linear.
  const Value* find(std::string_view key) const;
  /// Replaces, or appends.
  void set(std::string key, Value value);
  /// The caller knows that the key is new.
  void append(std::string key, Value value);
  const std::vector<Member>& members() const { return members_; }
  std::size_t size() const;
  auto begin() const { return members_.begin(); }
  auto end() const { return members_.end(); }
  /// Equal members in any order.
  bool operator==(const ValueObject& other) const;

 private:
  std::vector<Member> members_;
};

namespace detail {
// A pointer that copies and compares what it points to: keeps the rare, large kinds out of
// sizeof(Value), which a list of a million integers pays a million times.
template <typename T>
class Boxed {
 public:
  explicit Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Boxed(const Boxed& other) : value_(std::make_unique<T>(*other.value_)) {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(const Boxed& other) {
    value_ = std::make_unique<T>(*other.value_);
    return *this;
  }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  const T& operator*() const { return *value_; }
  bool operator==(const Boxed& other) const { return *value_ == *other.value_; }

 private:
  std::unique_ptr<T> value_;
};
}  // namespace detail

class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : value_(value) {}
  Value(int value) : value_(std::int64_t{value}) {}
  Value(std::int64_t value) : value_(value) {}
  /// Must be finite: arithmetic refuses NaN and infinities before they become values.
  Value(double value) : value_(value) {}
  Value(const char* value) : value_(std::string(value)) {}
  /// Any other pointer would silently become a boolean.
  Value(const void*) = delete;
  Value(std::string_view value) : value_(std::string(value)) {}
  Value(std::string value) : value_(std::move(value)) {}
  Value(ValueList value) : value_(std::move(value)) {}
  Value(ValueObject value) : value_(std::move(value)) {}
  Value(Artifact value) : value_(detail::Boxed<Artifact>(std::move(value))) {}
  Value(Secret value) : value_(detail::Boxed<Secret>(std::move(value))) {}
  Value(Unknown value) : value_(detail::Boxed<Unknown>(std::move(value))) {}

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  /// nullptr when of another type.
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  const double* real() const { return std::get_if<double>(&value_); }
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const ValueList* list() const { return std::get_if<ValueList>(&value_); }
  ValueList* list() { return std::get_if<ValueList>(&value_); }
  const ValueObject* object() const { return std::get_if<ValueObject>(&value_); }
  ValueObject* object() { return std::get_if<ValueObject>(&value_); }
  const Artifact* artifact() const { return boxed<Artifact>(); }
  const Secret* secret() const { return boxed<Secret>(); }
  const Unknown* unknown() const { return boxed<Unknown>(); }

  /// Types and values: 1 and 1.0 differ. For code and tests; the language's == has stricter rules.
  bool operator==(const Value& other) const = default;

 private:
  template <typename T>
  const T* boxed() const {
    const auto* box = std::get_if<detail::Boxed<T>>(&value_);
    return box == nullptr ? nullptr : &**box;
  }

  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, ValueList, ValueObject,
               detail::Boxed<Artifact>, detail::Boxed<Secret>, detail::Boxed<Unknown>>
      value_;
};

/// The word for its type in messages and docs: null, boolean, integer, number, string, list,
/// object, artifact, secret, unknown.
const char* type_name(const Value& value);

/// The first unknown in the value, however deep; nullptr if all is known.
const Unknown* find_unknown(const Value& value);
/// Each artifact in the value, in order; in a list or object however deep.
void for_each_artifact(const Value& value, const std::function<void(const Artifact&)>& visit);

/// The form inside other text: strings as they are, 5, 5.0, true, an artifact's path, a secret's
/// text. Null, lists and objects have none (Errc::invalid with a hint); an unknown is
/// Errc::unavailable.
Result<std::string> render(const Value& value);

/// Null becomes null, and so on; an object stays an object whatever its keys are.
Value value_from_json(const Json& json);

/// For people and programs that read results: an artifact becomes
/// {"artifact": "<sha256>", "folder": false, "bytes": 12, "name": "raw.csv"}. A secret or unknown
/// is Errc::invalid.
Result<Json> to_json(const Value& value);

/// For our own records: from_record(to_record(v)) is v, artifacts included (without their path,
/// which belongs to a place and not to the value). An artifact becomes
/// {"$artifact": {"digest", "folder", "bytes", "name"}}; a user's key that starts with "$" gets
/// another "$", so that no user's data can pose as an artifact. A secret or unknown is
/// Errc::invalid.
Result<Json> to_record(const Value& value);
/// Errc::invalid if the JSON was not made by to_record.
Result<Value> from_record(const Json& json);

}  // namespace gt
