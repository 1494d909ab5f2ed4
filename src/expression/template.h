/// A text with `${{ expression }}` in it, parsed once. `$${{` stands for a literal `${{`.
///
/// A text without any is what nearly all fields are, so it costs a string and a null pointer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expression/expression.h"

namespace gt {

class Budget;

struct TemplatePart {
  /// A literal piece, `$${{` already made `${{`; of an expression, what is written from `${{` to
  /// `}}`.
  std::string text;
  std::optional<Expression> expression;
};

/// Immutable; copies share the parsed form. Threads: any.
class Template {
 public:
  /// The empty text.
  Template() = default;
  /// A text that is taken as it stands, `${{` included.
  static Template literal(std::string text);
  /// Appends what is wrong, each with its position in the file, and returns nullopt if any of it is
  /// an error.
  static std::optional<Template> parse(std::string_view text, const TextOrigin& origin,
                                       Problems& problems);
  /// As `if:` has it: a bare expression is as if it stood in `${{ }}`.
  static std::optional<Template> parse_expression(std::string_view text, const TextOrigin& origin,
                                                  Problems& problems);

  /// A list that is written item by item, each with its own expressions, as YAML has it.
  static Template list_of(std::vector<Template> items, const TextOrigin& origin);

  bool is_literal() const;
  /// Nothing but one `${{ }}`: its value keeps its type.
  bool is_single_expression() const;
  /// Of list_of(); nullptr for every other.
  const std::vector<Template>* items() const;
  /// What was parsed, as written.
  const std::string& source() const { return source_; }
  /// In order; of a literal one, none of the empty text; of a list, none.
  std::vector<TemplatePart> parts() const;

  /// The file that it stands in, as its origin said; the text of errors starts with it.
  const std::string* file_name() const;

  /// A single expression's value with its type; a list of such; else a string. With a secret inside
  /// the text it is a secret, with an unknown inside it is unknown.
  Result<Value> evaluate(const Context& context) const;
  /// evaluate(), then its text form (see render() of value.h for what has none).
  Result<std::string> render(const Context& context) const;
  /// As arguments of a command: a list that stands alone becomes one word per element (so none for
  /// an empty list), all else is one word.
  Result<std::vector<std::string>> words(const Context& context) const;

  void for_each_reference(const std::function<void(const Reference&)>& visit) const;
  void for_each_call(const std::function<void(const FunctionCall&)>& visit) const;

  /// Equally written.
  bool operator==(const Template& other) const {
    return source_ == other.source_ && (parsed_ == nullptr) == (other.parsed_ == nullptr);
  }

 private:
  struct Parsed;
  Template(std::string source, std::shared_ptr<const Parsed> parsed)
      : source_(std::move(source)), parsed_(std::move(parsed)) {}

  Result<Value> evaluate(const Context& context, Budget& budget) const;

  std::string source_;
  // Null for a literal without `$${{`. Shared because it never changes once parsed.
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace gt
