/// Where expressions find `params`, `inputs`, `outputs`, `steps`, `matrix`, `run`, `env`, `vars`
/// and `secrets`. Values are looked up one by one as an evaluation needs them, so a context over a
/// run with 100,000 tasks costs nothing to make.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "expression/value.h"

namespace gt {

/// A way of names from a root: {"steps", "train", "outputs", "auc"}.
using NamePath = std::span<const std::string_view>;

/// "steps.train.outputs.auc", with ["…"] around what is no name.
std::string to_text(NamePath path);

/// There is nothing of that name; the evaluation makes it an error that lists names().
struct Missing {};
/// There are names below, but no value is kept here: `steps`, `steps.train`. Taken as a value (in
/// `to_json(params)`) it becomes an object of all that is below.
struct Scope {};

/// Functions for `if:` that ask about what ran before.
enum class StatusFunction { success, failure, always, cancelled };

/// Threads: evaluations call from their own thread; a context without state of its own is safe in
/// any.
class Context {
 public:
  using Found = std::variant<Missing, Scope, Value>;

  virtual ~Context() = default;

  /// What the path leads to; called first with the root alone, then with one name more as long as
  /// the answer is Scope. What is below a Value is found in the value itself. An Error ends the
  /// evaluation and stands for "exists but cannot be had": a secret that nobody set.
  virtual Result<Found> find(NamePath path) const = 0;

  /// The names below a Scope (of the roots, for an empty path), in the order of an object's
  /// members.
  virtual std::vector<std::string> names(NamePath scope) const = 0;

  /// A boolean or unknown. Without an override: Errc::invalid, the function is for `if:` only.
  virtual Result<Value> status(StatusFunction function) const;
};

/// A context over values that are all there: each member of `roots` is a root; what a root holds is
/// found by the rules for objects.
class ValueContext final : public Context {
 public:
  explicit ValueContext(ValueObject roots) : roots_(std::move(roots)) {}

  Result<Found> find(NamePath path) const override;
  std::vector<std::string> names(NamePath scope) const override;

 private:
  ValueObject roots_;
};

}  // namespace gt
