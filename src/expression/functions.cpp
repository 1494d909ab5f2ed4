#include "expression/functions.h"

#include <algorithm>
#include <array>

namespace gt {
namespace {

Type boolean_result(std::span<const Type>) { return Type(Type::Kind::boolean); }

std::vector<Function> status_functions() {
  const auto entry = [](std::string_view name, StatusFunction status) {
    return Function{name, 0, 0, {kinds::any}, Looks::at_arguments, nullptr, boolean_result, status};
  };
  return {entry("success", StatusFunction::success), entry("failure", StatusFunction::failure),
          entry("always", StatusFunction::always), entry("cancelled", StatusFunction::cancelled)};
}

std::vector<Function> make_table() {
  std::vector<Function> table;
  for (auto group : {list_functions(), text_functions(), number_functions(), conversion_functions(),
                     status_functions()})
    std::ranges::move(group, std::back_inserter(table));
  std::ranges::sort(table, {}, &Function::name);
  return table;
}

}  // namespace

namespace kinds {
namespace {
constexpr std::array<std::pair<Kinds, std::string_view>, 10> words = {{
    {null, "null"},
    {boolean, "boolean"},
    {integer, "integer"},
    {number, "number"},
    {string, "string"},
    {artifact, "artifact"},
    {secret, "secret"},
    {list, "list"},
    {object, "object"},
    {unknown, "unknown"},
}};
}  // namespace

Kinds of(const Value& value) {
  const std::string_view name = type_name(value);
  return std::ranges::find(words, name, [](const auto& word) { return word.second; })->first;
}

Kinds of(const Type& type) {
  switch (type.kind()) {
    case Type::Kind::any:
      return any;
    case Type::Kind::null:
      return null;
    case Type::Kind::boolean:
      return boolean;
    case Type::Kind::integer:
      return integer;
    case Type::Kind::number:
      return numeric;
    case Type::Kind::string:
      return string;
    case Type::Kind::artifact:
      return artifact;
    case Type::Kind::secret:
      return secret;
    case Type::Kind::list:
      return list;
    case Type::Kind::object:
      return object;
  }
  return any;
}

std::string describe(Kinds wanted) {
  if (wanted == any || wanted == open) return "a value that is no secret";
  // Who takes a number takes an integer too, and "number" says both.
  if ((wanted & number) != 0) wanted &= static_cast<Kinds>(~integer);
  std::vector<std::string_view> names;
  for (const auto& [kind, name] : words)
    if ((wanted & kind) != 0) names.push_back(name);
  std::string phrase;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) phrase += i + 1 == names.size() ? " or " : ", ";
    phrase += names[i];
  }
  const bool has_vowel = std::string_view("aeiou").find(phrase.front()) != std::string_view::npos;
  return (has_vowel ? "an " : "a ") + phrase;
}

}  // namespace kinds

std::span<const Function> all_functions() {
  static const std::vector<Function> table = make_table();
  return table;
}

const Function* find_function(std::string_view name) {
  const auto table = all_functions();
  const auto found = std::ranges::lower_bound(table, name, {}, &Function::name);
  return found != table.end() && found->name == name ? &*found : nullptr;
}

std::string describe_mismatch(const Function& function, std::size_t argument,
                              std::string_view got) {
  const std::string wanted = kinds::describe(function.accepts_at(argument));
  if (function.arguments_max == 1)
    return fmt::format("{} wants {}, got {}", function.name, wanted, got);
  return fmt::format("{} wants {} as argument {}, got {}", function.name, wanted, argument + 1,
                     got);
}

}  // namespace gt
