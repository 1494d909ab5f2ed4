#include <algorithm>
#include <optional>

#include "base/text.h"
#include "expression/arithmetic.h"
#include "expression/functions.h"
#include "expression/names.h"
#include "expression/syntax.h"
#include "expression/text_form.h"
#include "expression/type.h"

namespace gt {
namespace {

using Kind = Type::Kind;

struct Place {
  std::vector<std::string> scope;
  std::optional<Type> type;
};

std::vector<std::string_view> views_of(const std::vector<std::string>& path) {
  return {path.begin(), path.end()};
}

bool is_any(const Type& type) { return type.kind() == Kind::any; }
bool may_be_number(const Type& type) { return (kinds::of(type) & kinds::numeric) != 0; }
bool may_be(const Type& type, Kind kind) { return is_any(type) || type.kind() == kind; }

// Whether == can give an answer for some values of these types.
bool may_be_equal(const Type& left, const Type& right) {
  if (left.kind() == Kind::secret || right.kind() == Kind::secret) return false;
  if (left.kind() == Kind::null || right.kind() == Kind::null) return true;
  return (kinds::of(left) & kinds::of(right)) != 0 || (may_be_number(left) && may_be_number(right));
}

bool may_be_ordered(const Type& left, const Type& right) {
  return (may_be_number(left) && may_be_number(right)) ||
         (may_be(left, Kind::string) && may_be(right, Kind::string));
}

// The same walk as an evaluation, over types; `any` where a problem was.
class Inference {
 public:
  Inference(const TypeContext& context, Problems& problems)
      : context_(context), problems_(problems) {}

  Type infer(const SyntaxNode& node) {
    return std::visit([&](const auto& form) { return infer(node, form); }, node.form);
  }

 private:
  Type problem(Position position, std::string message, std::string hint = {}) {
    problems_.push_back(
        {.position = position, .message = std::move(message), .hint = std::move(hint)});
    return Kind::any;
  }

  Type infer(const SyntaxNode&, const LiteralForm& form) { return Type::of(form.value); }
  Type infer(const SyntaxNode& node, const RootForm&) { return type_at(node); }
  Type infer(const SyntaxNode& node, const MemberForm&) { return type_at(node); }
  Type infer(const SyntaxNode& node, const IndexForm&) { return type_at(node); }

  Type infer(const SyntaxNode& node, const UnaryForm& form) {
    const Type operand = infer(*form.operand);
    if (form.symbol == UnaryOperator::invert) {
      wants_boolean("!", operand, node.position);
      return Kind::boolean;
    }
    if (!may_be_number(operand))
      return problem(node.position, fmt::format("- wants a number, got {}", operand.to_text()));
    return operand;
  }

  void wants_boolean(const char* symbol, const Type& type, Position position) {
    if (may_be(type, Kind::boolean)) return;
    problem(position, fmt::format("{} wants a boolean, got {}", symbol, type.to_text()),
            "compare it: x != 0, x != '', length(x) > 0, x != null");
  }

  Type infer(const SyntaxNode& node, const BinaryForm& form) {
    const Type left = infer(*form.left);
    const Type right = infer(*form.right);
    const char* symbol = to_text(form.symbol);
    switch (form.symbol) {
      case BinaryOperator::either:
      case BinaryOperator::both:
        wants_boolean(symbol, left, form.left->position);
        wants_boolean(symbol, right, form.right->position);
        return Kind::boolean;
      case BinaryOperator::equal:
      case BinaryOperator::unequal:
        if (!may_be_equal(left, right)) cannot_compare(node.position, left, right);
        return Kind::boolean;
      case BinaryOperator::less:
      case BinaryOperator::less_or_equal:
      case BinaryOperator::greater:
      case BinaryOperator::greater_or_equal:
        if (!may_be_ordered(left, right)) cannot_compare(node.position, left, right);
        return Kind::boolean;
      case BinaryOperator::in:
        search(node.position, left, right);
        return Kind::boolean;
      default:
        return calculate(node.position, form.symbol, left, right);
    }
  }

  void cannot_compare(Position position, const Type& left, const Type& right) {
    std::string hint;
    if (left.kind() == Kind::secret || right.kind() == Kind::secret)
      hint = "a secret can only become text";
    else if (left.kind() == Kind::string || right.kind() == Kind::string)
      hint = "convert one side: int(x), number(x) or string(x)";
    problem(position, fmt::format("cannot compare {} with {}", left.to_text(), right.to_text()),
            std::move(hint));
  }

  void search(Position position, const Type& item, const Type& container) {
    if ((kinds::of(container) & (kinds::list | kinds::object | kinds::string)) == 0)
      problem(position, fmt::format("in wants a list, object or string on its right, got {}",
                                    container.to_text()));
    else if (container.kind() == Kind::list && !may_be_equal(container.item(), item))
      cannot_compare(position, container.item(), item);
    else if ((container.kind() == Kind::object || container.kind() == Kind::string) &&
             !may_be(item, Kind::string))
      problem(position, fmt::format("in wants a string on its left of {}, got {}",
                                    container.to_text(), item.to_text()));
  }

  Type calculate(Position position, BinaryOperator symbol, const Type& left, const Type& right) {
    if (!may_be_number(left) || !may_be_number(right)) {
      Error error = wrong_operands(symbol, left.to_text(), right.to_text());
      return problem(position, std::move(error.message), std::move(error.hint));
    }
    if (symbol == BinaryOperator::divide || left.kind() == Kind::number ||
        right.kind() == Kind::number)
      return Kind::number;
    return left.kind() == right.kind() ? left : Type(Kind::any);
  }

  Type infer(const SyntaxNode&, const ConditionalForm& form) {
    wants_boolean("?", infer(*form.condition), form.condition->position);
    const Type if_true = infer(*form.if_true);
    return Type::common(if_true, infer(*form.if_false));
  }

  Type infer(const SyntaxNode&, const ListForm& form) {
    std::optional<Type> item;
    for (const auto& node : form.items) {
      const Type type = infer(*node);
      item = item ? Type::common(*item, type) : type;
    }
    return Type::list_of(item.value_or(Kind::any));
  }

  Type infer(const SyntaxNode&, const ObjectForm& form) {
    std::vector<Type::Field> fields;
    for (const auto& [key, node] : form.members) fields.emplace_back(key, infer(*node));
    return Type::object_of(std::move(fields));
  }

  Type infer(const SyntaxNode& node, const CallForm& form) {
    const Function& function = *form.function;
    if (function.call == nullptr && !context_.has_status_functions())
      return problem(node.position, fmt::format("{}() is for if: only", function.name));
    std::vector<Type> types;
    bool is_wrong = false;
    for (std::size_t i = 0; i < form.arguments.size(); ++i) {
      types.push_back(infer(*form.arguments[i]));
      if ((kinds::of(types[i]) & function.accepts_at(i)) != 0) continue;
      is_wrong = true;
      problem(form.arguments[i]->position, describe_mismatch(function, i, types[i].to_text()));
    }
    return is_wrong ? Type(Kind::any) : function.result(types);
  }

  Type type_at(const SyntaxNode& node) {
    Place place = find(node);
    return place.type ? std::move(*place.type) : Type::any_object();
  }

  Place find(const SyntaxNode& node) {
    if (const auto* root = std::get_if<RootForm>(&node.form))
      return look_up({root->name}, node.position);
    if (const auto* member = std::get_if<MemberForm>(&node.form))
      return step(find(*member->object), member->name, node.position);
    if (const auto* index = std::get_if<IndexForm>(&node.form)) {
      Place place = find(*index->object);
      return {{}, item_of(place, infer(*index->index), node.position)};
    }
    return {{}, infer(node)};
  }

  Place look_up(std::vector<std::string> path, Position position) {
    const auto views = views_of(path);
    TypeContext::Found found = context_.find(views);
    if (auto* type = std::get_if<Type>(&found)) return {{}, std::move(*type)};
    if (std::holds_alternative<Scope>(found)) return {std::move(path), {}};
    const std::vector<std::string> above(path.begin(), path.end() - 1);
    return {{},
            problem(position, describe_missing(views),
                    suggest_name(path.back(), context_.names(views_of(above))))};
  }

  Place step(Place place, const std::string& name, Position position) {
    if (!place.type) {
      place.scope.push_back(name);
      return look_up(std::move(place.scope), position);
    }
    const Type& type = *place.type;
    if (is_any(type)) return {{}, Type()};
    if (type.kind() != Kind::object)
      return {
          {},
          problem(position, fmt::format("{} has no member {}", type.to_text(), printable(name)))};
    const auto* fields = type.fields();
    if (fields == nullptr) return {{}, Type()};
    const auto field = std::ranges::find(*fields, name, &Type::Field::first);
    if (field != fields->end()) return {{}, Type(field->second)};
    std::vector<std::string> there;
    for (const auto& other : *fields) there.push_back(other.first);
    return {{},
            problem(position, fmt::format("the object has no member {}", printable(name)),
                    suggest_name(name, there))};
  }

  Type item_of(const Place& place, const Type& index, Position position) {
    const Type type = place.type.value_or(Type::any_object());
    if (type.kind() == Kind::list && may_be_number(index)) return type.item();
    const bool is_known_wrong = (type.kind() == Kind::object && !may_be(index, Kind::string)) ||
                                (kinds::of(type) & (kinds::list | kinds::object)) == 0 ||
                                (type.kind() == Kind::list && !may_be_number(index));
    if (!is_known_wrong) return Kind::any;
    return problem(position,
                   fmt::format("{} cannot be indexed by {}", type.to_text(), index.to_text()));
  }

  const TypeContext& context_;
  Problems& problems_;
};

}  // namespace

Type infer(const Expression& expression, const TypeContext& context, Problems& problems) {
  return Inference(context, problems).infer(expression.root());
}

Type infer(const Template& text, const TypeContext& context, Problems& problems) {
  if (const auto* items = text.items()) {
    std::optional<Type> common;
    for (const Template& item : *items) {
      const Type type = infer(item, context, problems);
      common = common ? Type::common(*common, type) : type;
    }
    return Type::list_of(common.value_or(Kind::any));
  }
  const auto parts = text.parts();
  if (text.is_single_expression()) return infer(*parts[0].expression, context, problems);
  Kind kind = Kind::string;
  for (const TemplatePart& part : parts) {
    if (!part.expression) continue;
    const Type type = infer(*part.expression, context, problems);
    check_text_form(type, part.expression->position(), problems);
    if (type.kind() == Kind::secret) kind = Kind::secret;
  }
  return kind;
}

void check_words(const Template& text, const TypeContext& context, Problems& problems) {
  const Type type = infer(text, context, problems);
  if (!text.is_single_expression()) return;
  const Position position = text.parts()[0].expression->position();
  check_text_form(type.kind() == Kind::list ? type.item() : type, position, problems);
}

void check_text_form(const Type& type, Position position, Problems& problems) {
  constexpr Kinds writable =
      kinds::boolean | kinds::numeric | kinds::string | kinds::artifact | kinds::secret;
  if ((kinds::of(type) & writable) != 0) return;
  problems.push_back({.position = position,
                      .message = fmt::format("{} has no text form", type.to_text()),
                      .hint = type.kind() == Kind::null ? "default(x, 'text') replaces null"
                                                        : "to_json(x) makes text of it"});
}

}  // namespace gt
