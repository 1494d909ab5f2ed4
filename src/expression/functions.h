/// The functions of the language: one table that parser, evaluation, static types and documentation
/// share.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expression/budget.h"
#include "expression/context.h"
#include "expression/type.h"
#include "expression/value.h"

namespace gt {

/// Kinds of values, as bits.
using Kinds = std::uint16_t;
namespace kinds {
constexpr Kinds null = 1;
constexpr Kinds boolean = 2;
constexpr Kinds integer = 4;
constexpr Kinds number = 8;
constexpr Kinds string = 16;
constexpr Kinds artifact = 32;
constexpr Kinds secret = 64;
constexpr Kinds list = 128;
constexpr Kinds object = 256;
constexpr Kinds unknown = 512;
constexpr Kinds numeric = integer | number;
constexpr Kinds text = string | artifact;
/// Everything but secrets, which only go into text.
constexpr Kinds open = null | boolean | numeric | text | list | object;
constexpr Kinds any = open | secret;

Kinds of(const Value& value);
/// All bits where the type is `any`.
Kinds of(const Type& type);
/// "a string or list".
std::string describe(Kinds kinds);
}  // namespace kinds

/// What an implementation gets: as many arguments as its entry allows, each of an accepted kind,
/// none unknown.
struct CallValues {
  std::span<Value> arguments;
  Budget& budget;
};

/// How far below its arguments a function looks; an unknown that it would see makes the result
/// unknown.
enum class Looks { at_arguments, inside };

struct Function {
  std::string_view name;
  std::size_t arguments_min;
  std::size_t arguments_max;
  /// Of each argument; the last one stands for all further ones.
  std::vector<Kinds> accepts;
  Looks looks;
  /// Null for status functions, which ask the context.
  Result<Value> (*call)(const CallValues& values);
  /// The type of the result for arguments of these types.
  Type (*result)(std::span<const Type> arguments);
  StatusFunction status = StatusFunction::success;  ///< which one, if call is null

  Kinds accepts_at(std::size_t index) const {
    return accepts[index < accepts.size() ? index : accepts.size() - 1];
  }
};

constexpr std::size_t arguments_without_limit = 1'000'000;

/// By name, sorted.
std::span<const Function> all_functions();
/// nullptr when there is none.
const Function* find_function(std::string_view name);

/// "length wants a string, list or object, got integer".
std::string describe_mismatch(const Function& function, std::size_t argument, std::string_view got);

// The groups of the table, each in a file of its own.
std::vector<Function> list_functions();
std::vector<Function> text_functions();
std::vector<Function> number_functions();
std::vector<Function> conversion_functions();

}  // namespace gt
