/// What stands for the named parameters (`:name`) of a statement.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"

namespace gt {

/// One value: null, int64, double or text. Text is not copied: it must live until the call returns.
class Bind {
 public:
  using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string_view>;

  Bind(std::nullptr_t) : value_(nullptr) {}
  template <std::integral T>
  Bind(T value) : value_(static_cast<std::int64_t>(value)) {}
  Bind(double value) : value_(value) {}
  Bind(const char* value) : value_(std::string_view(value)) {}
  Bind(std::string_view value) : value_(value) {}
  Bind(const std::string& value) : value_(std::string_view(value)) {}
  Bind(Time value) : value_(to_microseconds(value)) {}
  Bind(Duration value) : value_(std::int64_t{value.count()}) {}
  template <typename T>
  Bind(const std::optional<T>& value) : value_(value ? Bind(*value).value_ : Value(nullptr)) {}

  const Value& value() const { return value_; }

 private:
  Value value_;
};

/// The values of a statement, in the order in which its names first appear. A view: write the list
/// into the call.
class Binds {
 public:
  Binds() = default;
  Binds(std::initializer_list<Bind> list) : values_(list.begin(), list.size()) {}
  Binds(std::span<const Bind> values) : values_(values) {}
  Binds(const std::vector<Bind>& values) : values_(values) {}

  std::size_t size() const { return values_.size(); }
  const Bind& operator[](std::size_t index) const { return values_[index]; }
  std::span<const Bind> span() const { return values_; }

 private:
  std::span<const Bind> values_;
};

}  // namespace gt
