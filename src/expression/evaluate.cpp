#include "expression/evaluate.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "expression/arithmetic.h"
#include "expression/compare.h"
#include "expression/functions.h"
#include "expression/names.h"

namespace gt {
namespace {

// What a path leads to: a scope of the context, by its path, or a value.
struct Place {
  std::vector<std::string> scope;
  std::optional<Value> value;
};

std::vector<std::string_view> views_of(const std::vector<std::string>& path) {
  return {path.begin(), path.end()};
}

class Evaluation {
 public:
  Evaluation(const Context& context, Budget& budget) : context_(context), budget_(budget) {}

  Result<Value> evaluate(const SyntaxNode& node) {
    return std::visit([&](const auto& form) { return evaluate(node, form); }, node.form);
  }

 private:
  Result<Value> evaluate(const SyntaxNode& node, const LiteralForm& form) {
    TRY(at(node.position, budget_.take(form.value)));
    return form.value;
  }
  Result<Value> evaluate(const SyntaxNode& node, const RootForm&) { return value_at(node); }
  Result<Value> evaluate(const SyntaxNode& node, const MemberForm&) { return value_at(node); }
  Result<Value> evaluate(const SyntaxNode& node, const IndexForm&) { return value_at(node); }

  Result<Value> evaluate(const SyntaxNode& node, const UnaryForm& form) {
    Value operand = TRY(evaluate(*form.operand));
    if (operand.unknown() != nullptr) return operand;
    if (form.symbol == UnaryOperator::negate) return at(node.position, negate(operand));
    if (const auto* boolean = operand.boolean()) return Value(!*boolean);
    return at(node.position, error(Errc::invalid, "! wants a boolean, got {}", type_name(operand)));
  }

  Result<Value> evaluate(const SyntaxNode& node, const BinaryForm& form) {
    if (precedence(form.symbol) <= precedence(BinaryOperator::both)) return logic(form);
    const Value left = TRY(evaluate(*form.left));
    const Value right = TRY(evaluate(*form.right));
    if (const auto* unknown = find_unknown(left)) return Value(*unknown);
    if (const auto* unknown = find_unknown(right)) return Value(*unknown);
    return at(node.position, combine(form.symbol, left, right));
  }

  Result<Value> evaluate(const SyntaxNode&, const ConditionalForm& form) {
    Value condition = TRY(evaluate(*form.condition));
    if (condition.unknown() != nullptr) return condition;
    const auto* boolean = condition.boolean();
    if (boolean == nullptr)
      return at(form.condition->position,
                error(Errc::invalid, "? wants a boolean, got {}", type_name(condition)));
    return evaluate(*boolean ? *form.if_true : *form.if_false);
  }

  Result<Value> evaluate(const SyntaxNode& node, const ListForm& form) {
    ValueList list;
    list.reserve(form.items.size());
    for (const auto& item : form.items) list.push_back(TRY(evaluate(*item)));
    TRY(at(node.position, budget_.take_items(list.size())));
    return Value(std::move(list));
  }

  Result<Value> evaluate(const SyntaxNode& node, const ObjectForm& form) {
    ValueObject object;
    for (const auto& [key, member] : form.members) {
      Value value = TRY(evaluate(*member));
      object.append(key, std::move(value));
    }
    TRY(at(node.position, budget_.take_items(object.size())));
    return Value(std::move(object));
  }

  Result<Value> evaluate(const SyntaxNode& node, const CallForm& form) {
    const Function& function = *form.function;
    if (function.call == nullptr) return at(node.position, context_.status(function.status));
    std::vector<Value> arguments;
    arguments.reserve(form.arguments.size());
    for (const auto& argument : form.arguments) arguments.push_back(TRY(evaluate(*argument)));
    const Unknown* unknown = nullptr;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const Value& argument = arguments[i];
      if (const auto* found =
              function.looks == Looks::inside ? find_unknown(argument) : argument.unknown()) {
        unknown = unknown == nullptr ? found : unknown;
      } else if ((kinds::of(argument) & function.accepts_at(i)) == 0) {
        return at(form.arguments[i]->position,
                  error(Errc::invalid, "{}", describe_mismatch(function, i, type_name(argument))));
      }
    }
    if (unknown != nullptr) return Value(*unknown);
    Value result = TRY(at(node.position, function.call({arguments, budget_})));
    TRY(at(node.position, budget_.take(result)));
    return result;
  }

  // Kleene's logic: an unknown operand matters only if the other one does not decide. What cannot
  // be evaluated behind an unknown may never be reached, so it is no error yet.
  Result<Value> logic(const BinaryForm& form) {
    const bool deciding = form.symbol == BinaryOperator::either;
    Value left = TRY(truth(form.symbol, *form.left));
    if (left.boolean() != nullptr && *left.boolean() == deciding) return left;
    auto right = truth(form.symbol, *form.right);
    if (left.unknown() == nullptr) return right;
    if (right.ok() && right->boolean() != nullptr && *right->boolean() == deciding) return right;
    return left;
  }

  Result<Value> truth(BinaryOperator symbol, const SyntaxNode& node) {
    Value value = TRY(evaluate(node));
    if (value.boolean() != nullptr || value.unknown() != nullptr) return value;
    return at(node.position,
              error(Errc::invalid, "{} wants booleans, got {}", to_text(symbol), type_name(value)));
  }

  static Result<Value> combine(BinaryOperator symbol, const Value& left, const Value& right) {
    switch (symbol) {
      case BinaryOperator::equal:
        return Value(TRY(is_equal(left, right)));
      case BinaryOperator::unequal:
        return Value(!TRY(is_equal(left, right)));
      case BinaryOperator::less:
        return Value(TRY(order(left, right)) < 0);
      case BinaryOperator::less_or_equal:
        return Value(TRY(order(left, right)) <= 0);
      case BinaryOperator::greater:
        return Value(TRY(order(left, right)) > 0);
      case BinaryOperator::greater_or_equal:
        return Value(TRY(order(left, right)) >= 0);
      case BinaryOperator::in:
        return Value(TRY(contains(right, left)));
      default:
        return calculate(symbol, left, right);
    }
  }

  Result<Value> value_at(const SyntaxNode& node) {
    Place place = TRY(find(node));
    if (place.value) return std::move(*place.value);
    return at(node.position, object_of(place.scope, 0));
  }

  Result<Place> find(const SyntaxNode& node) {
    if (const auto* root = std::get_if<RootForm>(&node.form))
      return at(node.position, look_up({root->name}));
    if (const auto* member = std::get_if<MemberForm>(&node.form))
      return at(node.position, step(TRY(find(*member->object)), member->name));
    if (const auto* index = std::get_if<IndexForm>(&node.form)) {
      Place place = TRY(find(*index->object));
      const Value value = TRY(evaluate(*index->index));
      return at(node.position, step(std::move(place), value));
    }
    return Place{.scope = {}, .value = TRY(evaluate(node))};
  }

  Result<Place> look_up(std::vector<std::string> path) {
    const auto views = views_of(path);
    Context::Found found = TRY(context_.find(views));
    if (auto* value = std::get_if<Value>(&found)) {
      TRY(budget_.take(*value));
      return Place{.scope = {}, .value = std::move(*value)};
    }
    if (std::holds_alternative<Scope>(found)) return Place{.scope = std::move(path), .value = {}};
    const std::vector<std::string> above(path.begin(), path.end() - 1);
    return Error{Errc::invalid, describe_missing(views),
                 suggest_name(path.back(), context_.names(views_of(above)))};
  }

  Result<Place> step(Place place, const std::string& name) {
    if (!place.value) {
      place.scope.push_back(name);
      return look_up(std::move(place.scope));
    }
    if (place.value->unknown() != nullptr) return place;
    const auto* object = place.value->object();
    if (object == nullptr)
      return error(Errc::invalid, "{} has no member {}", type_name(*place.value), printable(name));
    const Value* member = object->find(name);
    if (member != nullptr) return Place{.scope = {}, .value = *member};
    std::vector<std::string> there;
    for (const auto& other : *object) there.push_back(other.first);
    return Error{Errc::invalid, fmt::format("the object has no member {}", printable(name)),
                 suggest_name(name, there)};
  }

  Result<Place> step(Place place, const Value& index) {
    if (index.unknown() != nullptr) return Place{.scope = {}, .value = index};
    if (const auto* name = index.string()) return step(std::move(place), *name);
    if (!place.value)
      return error(Errc::invalid, "{} is indexed by a name, got {}",
                   printable(to_text(views_of(place.scope))), type_name(index));
    if (place.value->unknown() != nullptr) return place;
    const auto* list = place.value->list();
    if (list == nullptr)
      return error(Errc::invalid, "{} cannot be indexed by {}", type_name(*place.value),
                   type_name(index));
    const auto* number = index.integer();
    if (number == nullptr)
      return error(Errc::invalid, "a list is indexed by an integer, got {}", type_name(index));
    if (*number < 0 || static_cast<std::uint64_t>(*number) >= list->size()) {
      Error error = gt::error(Errc::invalid, "index {} is outside of the list of {} items", *number,
                              list->size());
      if (*number < 0) error.hint = "last(x) is the last item";
      return error;
    }
    return Place{.scope = {}, .value = (*list)[static_cast<std::size_t>(*number)]};
  }

  // All that is below a scope.
  Result<Value> object_of(const std::vector<std::string>& scope, std::size_t depth) {
    if (depth > expression_limits::value_depth_max)
      return error(Errc::exhausted, "a value nests at most {} levels deep (value_depth_max)",
                   expression_limits::value_depth_max);
    ValueObject object;
    for (std::string& name : context_.names(views_of(scope))) {
      std::vector<std::string> path = scope;
      path.push_back(name);
      Place place = TRY(look_up(std::move(path)));
      Value value = place.value ? std::move(*place.value) : TRY(object_of(place.scope, depth + 1));
      TRY(budget_.take_items(1));
      object.append(std::move(name), std::move(value));
    }
    return Value(std::move(object));
  }

  const Context& context_;
  Budget& budget_;
};

}  // namespace

Error at(Position position, Error error) {
  return std::move(error).context("{}:{}", position.line, position.column);
}

Result<Value> evaluate(const SyntaxNode& node, const Context& context, Budget& budget) {
  return Evaluation(context, budget).evaluate(node);
}

}  // namespace gt
