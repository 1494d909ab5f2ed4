#include <algorithm>
#include <optional>

#include "base/text.h"
#include "expression/functions.h"
#include "expression/pattern.h"

namespace gt {
namespace {

using Kind = Type::Kind;
using expression_limits::text_bytes_max;

const std::string& text_at(const CallValues& values, std::size_t index) {
  return *values.arguments[index].string();
}

// What is being put together, checked as it grows.
class Builder {
 public:
  Result<void> add(std::string_view piece) {
    if (piece.size() > text_bytes_max - text_.size())
      return error(Errc::exhausted,
                   "one evaluation makes at most {} bytes of text (text_bytes_max)",
                   text_bytes_max);
    text_ += piece;
    return {};
  }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

Result<Value> starts_with(const CallValues& values) {
  return Value(text_at(values, 0).starts_with(text_at(values, 1)));
}

Result<Value> ends_with(const CallValues& values) {
  return Value(text_at(values, 0).ends_with(text_at(values, 1)));
}

// The number of the argument that `{}` or `{2}` at the start of the text means, and the field's
// length.
Result<std::pair<std::size_t, std::size_t>> format_field(std::string_view text, std::size_t& next) {
  const std::size_t close = text.find('}');
  const std::string_view digits =
      text.substr(1, close == std::string_view::npos ? close : close - 1);
  constexpr std::size_t digits_max = 5;
  const bool is_field = close != std::string_view::npos && digits.size() <= digits_max &&
                        std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_field) {
    Error error =
        gt::error(Errc::invalid, "format does not know {}", printable(text.substr(0, 12)));
    error.hint = "fields are {} or {0}; write {{ for a brace";
    return error;
  }
  std::size_t index = 0;
  for (const char c : digits) index = index * 10 + static_cast<std::size_t>(c - '0');
  return std::pair(digits.empty() ? next++ : index, close + 1);
}

Result<Value> format(const CallValues& values) {
  std::string_view rest = text_at(values, 0);
  Builder text;
  // Also one that no field names: the type of the result must not hang on the text.
  std::string secrets;
  for (const Value& argument : values.arguments)
    if (const auto* secret = argument.secret())
      secrets += (secrets.empty() ? "" : ", ") + secret->name;
  std::size_t next = 0;
  while (!rest.empty()) {
    const std::size_t brace = rest.find_first_of("{}");
    TRY(text.add(rest.substr(0, brace)));
    if (brace == std::string_view::npos) break;
    rest.remove_prefix(brace);
    if (rest.starts_with("{{") || rest.starts_with("}}")) {
      TRY(text.add(rest.substr(0, 1)));
      rest.remove_prefix(2);
      continue;
    }
    const auto [index, length] = TRY(format_field(rest, next));
    rest.remove_prefix(length);
    if (index + 1 >= values.arguments.size())
      return error(Errc::invalid, "format has no argument for {{{}}}", index);
    const std::string piece = TRY(render(values.arguments[index + 1]));
    TRY(text.add(piece));
  }
  std::string result = std::move(text).take();
  if (!secrets.empty()) return Value(Secret{std::move(secrets), std::move(result)});
  return Value(std::move(result));
}

Result<Value> join(const CallValues& values) {
  Builder text;
  bool is_first = true;
  for (const Value& item : *values.arguments[0].list()) {
    if (item.secret() != nullptr) return error(Errc::invalid, "join takes no secrets");
    if (!is_first) TRY(text.add(text_at(values, 1)));
    is_first = false;
    const std::string piece = TRY(render(item).context("join"));
    TRY(text.add(piece));
  }
  return Value(std::move(text).take());
}

Result<Value> split_text(const CallValues& values) {
  const std::string& text = text_at(values, 0);
  const std::string& separator = text_at(values, 1);
  if (separator.empty()) return error(Errc::invalid, "split wants a separator that is not empty");
  ValueList pieces;
  std::size_t start = 0;
  for (;;) {
    const std::size_t end = text.find(separator, start);
    TRY(values.budget.take_items(1));
    pieces.emplace_back(text.substr(start, end == std::string::npos ? end : end - start));
    if (end == std::string::npos) return Value(std::move(pieces));
    start = end + separator.size();
  }
}

// ASCII only: what a letter's other case is depends on the language, and a result must not.
Result<Value> lower(const CallValues& values) {
  std::string text = text_at(values, 0);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return Value(std::move(text));
}

Result<Value> upper(const CallValues& values) {
  std::string text = text_at(values, 0);
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return Value(std::move(text));
}

Result<Value> trim_text(const CallValues& values) {
  constexpr std::string_view blanks = " \t\n\r\f\v";
  const std::string& text = text_at(values, 0);
  const std::size_t start = text.find_first_not_of(blanks);
  if (start == std::string::npos) return Value("");
  return Value(text.substr(start, text.find_last_not_of(blanks) - start + 1));
}

Result<Value> replace(const CallValues& values) {
  const std::string& text = text_at(values, 0);
  const std::string& old = text_at(values, 1);
  if (old.empty())
    return error(Errc::invalid, "replace wants a text to look for that is not empty");
  Builder result;
  std::size_t start = 0;
  for (;;) {
    const std::size_t found = text.find(old, start);
    TRY(result.add(
        std::string_view(text).substr(start, found == std::string::npos ? found : found - start)));
    if (found == std::string::npos) return Value(std::move(result).take());
    TRY(result.add(text_at(values, 2)));
    start = found + old.size();
  }
}

Result<Value> matches(const CallValues& values) {
  const Pattern pattern = TRY(Pattern::compile(text_at(values, 1)));
  return Value(pattern.is_found_in(text_at(values, 0)));
}

// As the programs of that name: a trailing / does not count.
std::string_view without_trailing_slashes(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

Result<Value> basename(const CallValues& values) {
  const std::string path = TRY(render(values.arguments[0]));
  const std::string_view name = without_trailing_slashes(path);
  const std::size_t slash = name.rfind('/');
  return Value(name == "/" || slash == std::string_view::npos ? name : name.substr(slash + 1));
}

Result<Value> dirname(const CallValues& values) {
  const std::string path = TRY(render(values.arguments[0]));
  const std::string_view name = without_trailing_slashes(path);
  const std::size_t slash = name.rfind('/');
  if (slash == std::string_view::npos) return Value(".");
  return Value(without_trailing_slashes(name.substr(0, slash + 1)));
}

Type string_type(std::span<const Type>) { return Kind::string; }
Type boolean_type(std::span<const Type>) { return Kind::boolean; }
Type strings_type(std::span<const Type>) { return Type::list_of(Kind::string); }
Type format_type(std::span<const Type> arguments) {
  for (const Type& type : arguments)
    if (type.kind() == Kind::secret || type.kind() == Kind::any) return type;
  return Kind::string;
}

}  // namespace

std::vector<Function> text_functions() {
  constexpr Kinds string = kinds::string;
  constexpr Kinds writable = kinds::boolean | kinds::numeric | kinds::text | kinds::secret;
  using enum Looks;
  return {
      {"starts_with", 2, 2, {string}, at_arguments, starts_with, boolean_type},
      {"ends_with", 2, 2, {string}, at_arguments, ends_with, boolean_type},
      {"format", 1, arguments_without_limit, {string, writable}, at_arguments, format, format_type},
      {"join", 2, 2, {kinds::list, string}, inside, join, string_type},
      {"split", 2, 2, {string}, at_arguments, split_text, strings_type},
      {"lower", 1, 1, {string}, at_arguments, lower, string_type},
      {"upper", 1, 1, {string}, at_arguments, upper, string_type},
      {"trim", 1, 1, {string}, at_arguments, trim_text, string_type},
      {"replace", 3, 3, {string}, at_arguments, replace, string_type},
      {"matches", 2, 2, {string}, at_arguments, matches, boolean_type},
      {"basename", 1, 1, {kinds::text}, at_arguments, basename, string_type},
      {"dirname", 1, 1, {kinds::text}, at_arguments, dirname, string_type},
  };
}

}  // namespace gt
