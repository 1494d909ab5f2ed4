/// One expression of the language of docs/reference/expressions.md, parsed once. It is strict: no
/// type changes by itself, and a value is never read as an expression again.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "base/result.h"
#include "expression/context.h"
#include "expression/value.h"

namespace gt {

struct SyntaxNode;

/// A place where an expression reads a context.
struct Reference {
  /// As far as it is written: {"steps", "train", "outputs", "auc"}; `steps["train"]` counts as
  /// `steps.train`. The texts live as long as the expression.
  std::vector<std::string_view> path;
  /// The path goes on by an index that is computed: `steps[params.which]` gives {"steps"} and true.
  bool goes_on_by_index = false;
  Position position;
};

/// A call of a function, for those who care which ones are used (`if: always()`).
struct FunctionCall {
  std::string_view name;
  Position position;
};

/// Immutable; copies share the parsed form. Threads: any.
class Expression {
 public:
  /// Parses a bare expression, as in `if: params.month > 6`; one that is wrapped in `${{ }}` as a
  /// whole is the same. Appends what is wrong and returns nullopt if any of it is an error.
  static std::optional<Expression> parse(std::string_view text, const TextOrigin& origin,
                                         Problems& problems);

  /// A wrong type, name or size is an Error whose message starts with "line:column: ".
  Result<Value> evaluate(const Context& context) const;

  void for_each_reference(const std::function<void(const Reference&)>& visit) const;
  void for_each_call(const std::function<void(const FunctionCall&)>& visit) const;

  /// In canonical spelling, without `${{ }}`; parses back to an equal expression.
  std::string print() const;
  Position position() const;
  /// Equal but for positions and spelling.
  bool operator==(const Expression& other) const;

  /// For this module.
  explicit Expression(std::shared_ptr<const SyntaxNode> root);
  const SyntaxNode& root() const { return *root_; }

 private:
  // Shared because it never changes once parsed, and pipelines are copied as values.
  std::shared_ptr<const SyntaxNode> root_;
};

}  // namespace gt
