#include "expression/expression.h"

#include "base/text.h"
#include "expression/evaluate.h"
#include "expression/functions.h"
#include "expression/parser.h"
#include "expression/syntax.h"

namespace gt {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view opening = "${{";

// Walks the tree once for references, calls, or both.
class Walk {
 public:
  Walk(const std::function<void(const Reference&)>& on_reference,
       const std::function<void(const FunctionCall&)>& on_call)
      : on_reference_(on_reference), on_call_(on_call) {}

  void visit(const SyntaxNode& node) {
    std::visit([&](const auto& form) { visit(node, form); }, node.form);
  }

 private:
  void visit(const SyntaxNode&, const LiteralForm&) {}
  void visit(const SyntaxNode& node, const RootForm&) { path(node); }
  void visit(const SyntaxNode& node, const MemberForm&) { path(node); }
  void visit(const SyntaxNode& node, const IndexForm&) { path(node); }
  void visit(const SyntaxNode& node, const CallForm& form) {
    if (on_call_) on_call_({form.function->name, node.position});
    for (const auto& argument : form.arguments) visit(*argument);
  }
  void visit(const SyntaxNode&, const UnaryForm& form) { visit(*form.operand); }
  void visit(const SyntaxNode&, const BinaryForm& form) {
    visit(*form.left);
    visit(*form.right);
  }
  void visit(const SyntaxNode&, const ConditionalForm& form) {
    visit(*form.condition);
    visit(*form.if_true);
    visit(*form.if_false);
  }
  void visit(const SyntaxNode&, const ListForm& form) {
    for (const auto& item : form.items) visit(*item);
  }
  void visit(const SyntaxNode&, const ObjectForm& form) {
    for (const auto& member : form.members) visit(*member.second);
  }

  void path(const SyntaxNode& node) {
    Reference reference{.path = {}, .goes_on_by_index = false, .position = node.position};
    if (collect(node, reference) && on_reference_) on_reference_(reference);
  }

  // False if the chain starts at no name but at another expression, which then has been visited.
  bool collect(const SyntaxNode& node, Reference& reference) {
    if (const auto* root = std::get_if<RootForm>(&node.form)) {
      reference.path.push_back(root->name);
      return true;
    }
    if (const auto* member = std::get_if<MemberForm>(&node.form)) {
      if (!collect(*member->object, reference)) return false;
      if (!reference.goes_on_by_index) reference.path.push_back(member->name);
      return true;
    }
    if (const auto* index = std::get_if<IndexForm>(&node.form)) {
      const bool has_root = collect(*index->object, reference);
      visit(*index->index);
      reference.goes_on_by_index = true;
      return has_root;
    }
    visit(node);
    return false;
  }

  const std::function<void(const Reference&)>& on_reference_;
  const std::function<void(const FunctionCall&)>& on_call_;
};

}  // namespace

Expression::Expression(std::shared_ptr<const SyntaxNode> root) : root_(std::move(root)) {}

std::optional<Expression> Expression::parse(std::string_view text, const TextOrigin& origin,
                                            Problems& problems) {
  SourceText source(text, origin);
  const std::size_t start = text.find_first_not_of(blanks);
  const bool is_wrapped =
      start != std::string_view::npos && text.substr(start).starts_with(opening);
  auto parsed = is_wrapped ? parse_expression(source, start + opening.size(),
                                              ExpressionEnd::double_brace, problems)
                           : parse_expression(source, 0, ExpressionEnd::of_text, problems);
  if (!parsed) return std::nullopt;
  const std::size_t rest = text.find_first_not_of(blanks, parsed->end);
  if (is_wrapped && rest != std::string_view::npos) {
    problems.push_back({.position = source.position_at(rest),
                        .message = "text behind the expression's }}",
                        .expected = "one expression",
                        .hint = "put all of it between one ${{ and }}, or leave both away"});
    return std::nullopt;
  }
  return Expression(std::move(parsed->root));
}

Result<Value> Expression::evaluate(const Context& context) const {
  Budget budget;
  return gt::evaluate(*root_, context, budget);
}

void Expression::for_each_reference(const std::function<void(const Reference&)>& visit) const {
  Walk(visit, nullptr).visit(*root_);
}

void Expression::for_each_call(const std::function<void(const FunctionCall&)>& visit) const {
  Walk(nullptr, visit).visit(*root_);
}

std::string Expression::print() const { return gt::print(*root_); }

Position Expression::position() const { return root_->position; }

bool Expression::operator==(const Expression& other) const {
  return is_equal(*root_, *other.root_);
}

}  // namespace gt
