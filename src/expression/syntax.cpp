#include "expression/syntax.h"

#include <algorithm>
#include <cctype>

#include "base/json.h"
#include "expression/functions.h"

namespace gt {

const char* to_text(UnaryOperator symbol) { return symbol == UnaryOperator::negate ? "-" : "!"; }

const char* to_text(BinaryOperator symbol) {
  switch (symbol) {
    case BinaryOperator::either:
      return "||";
    case BinaryOperator::both:
      return "&&";
    case BinaryOperator::equal:
      return "==";
    case BinaryOperator::unequal:
      return "!=";
    case BinaryOperator::less:
      return "<";
    case BinaryOperator::less_or_equal:
      return "<=";
    case BinaryOperator::greater:
      return ">";
    case BinaryOperator::greater_or_equal:
      return ">=";
    case BinaryOperator::in:
      return "in";
    case BinaryOperator::add:
      return "+";
    case BinaryOperator::subtract:
      return "-";
    case BinaryOperator::multiply:
      return "*";
    case BinaryOperator::divide:
      return "/";
    case BinaryOperator::divide_floor:
      return "//";
    case BinaryOperator::modulo:
      return "%";
  }
  return "";
}

int precedence(BinaryOperator symbol) {
  if (symbol == BinaryOperator::either) return 1;
  if (symbol == BinaryOperator::both) return 2;
  if (symbol <= BinaryOperator::in) return 3;
  if (symbol <= BinaryOperator::subtract) return 4;
  return 5;
}

namespace {

constexpr int conditional_precedence = 0;
constexpr int prefix_precedence = 6;
constexpr int suffix_precedence = 7;

// Calls visit(child) for each child, in the order of the text.
template <typename Visit>
void for_each_child(const SyntaxNode::Form& form, const Visit& visit) {
  struct Children {
    const Visit& visit;
    void operator()(const LiteralForm&) const {}
    void operator()(const RootForm&) const {}
    void operator()(const MemberForm& form) const { visit(*form.object); }
    void operator()(const IndexForm& form) const {
      visit(*form.object);
      visit(*form.index);
    }
    void operator()(const CallForm& form) const {
      for (const auto& argument : form.arguments) visit(*argument);
    }
    void operator()(const UnaryForm& form) const { visit(*form.operand); }
    void operator()(const BinaryForm& form) const {
      visit(*form.left);
      visit(*form.right);
    }
    void operator()(const ConditionalForm& form) const {
      visit(*form.condition);
      visit(*form.if_true);
      visit(*form.if_false);
    }
    void operator()(const ListForm& form) const {
      for (const auto& item : form.items) visit(*item);
    }
    void operator()(const ObjectForm& form) const {
      for (const auto& member : form.members) visit(*member.second);
    }
  };
  std::visit(Children{visit}, form);
}

class Printer {
 public:
  std::string take() && { return std::move(text_); }

  // In brackets if the node binds weaker than `least`.
  void put(const SyntaxNode& node, int least) {
    const bool in_brackets = precedence_of(node) < least;
    if (in_brackets) text_ += '(';
    std::visit([this](const auto& form) { put_form(form); }, node.form);
    if (in_brackets) text_ += ')';
  }

 private:
  static int precedence_of(const SyntaxNode& node) {
    if (std::holds_alternative<ConditionalForm>(node.form)) return conditional_precedence;
    if (const auto* binary = std::get_if<BinaryForm>(&node.form)) return precedence(binary->symbol);
    if (std::holds_alternative<UnaryForm>(node.form)) return prefix_precedence;
    // A negative literal reads as a prefix and its number.
    if (const auto* literal = std::get_if<LiteralForm>(&node.form))
      return is_negative(*literal) ? prefix_precedence : suffix_precedence;
    return suffix_precedence;
  }

  static bool is_number(const LiteralForm& form) {
    return form.value.integer() != nullptr || form.value.real() != nullptr;
  }
  static bool is_negative(const LiteralForm& form) {
    return is_number(form) && number_text(form).front() == '-';
  }
  static std::string number_text(const LiteralForm& form) {
    if (const auto* integer = form.value.integer()) return std::to_string(*integer);
    return canonical_json(Json(*form.value.real()));
  }

  void put_quoted(std::string_view text) {
    text_ += '\'';
    for (const char c : text) {
      if (c == '\'' || c == '\\') text_ += '\\';
      if (c == '\n')
        text_ += "\\n";
      else if (c == '\t')
        text_ += "\\t";
      else if (c == '\r')
        text_ += "\\r";
      else
        text_ += c;
    }
    text_ += '\'';
  }

  void put_list(const std::vector<SyntaxPtr>& items) {
    bool is_first = true;
    for (const auto& item : items) {
      if (!is_first) text_ += ", ";
      is_first = false;
      put(*item, conditional_precedence);
    }
  }

  void put_form(const LiteralForm& form) {
    if (form.value.is_null())
      text_ += "null";
    else if (const auto* boolean = form.value.boolean())
      text_ += *boolean ? "true" : "false";
    else if (const auto* string = form.value.string())
      put_quoted(*string);
    else
      text_ += number_text(form);
  }
  void put_form(const RootForm& form) { text_ += form.name; }
  void put_form(const MemberForm& form) {
    put(*form.object, suffix_precedence);
    if (is_bare_name(form.name)) {
      text_ += '.';
      text_ += form.name;
    } else {
      text_ += '[';
      put_quoted(form.name);
      text_ += ']';
    }
  }
  void put_form(const IndexForm& form) {
    put(*form.object, suffix_precedence);
    text_ += '[';
    put(*form.index, conditional_precedence);
    text_ += ']';
  }
  void put_form(const CallForm& form) {
    text_ += form.function->name;
    text_ += '(';
    put_list(form.arguments);
    text_ += ')';
  }
  void put_form(const UnaryForm& form) {
    text_ += to_text(form.symbol);
    const std::size_t start = text_.size();
    put(*form.operand, prefix_precedence);
    // `-5` and `-5[0]` would read back with a negative literal.
    const bool is_number = std::isdigit(static_cast<unsigned char>(text_[start])) != 0;
    if (form.symbol != UnaryOperator::negate || !is_number) return;
    text_.insert(start, 1, '(');
    text_ += ')';
  }
  void put_form(const BinaryForm& form) {
    const int own = precedence(form.symbol);
    const bool is_comparison = own == precedence(BinaryOperator::equal);
    put(*form.left, is_comparison ? own + 1 : own);
    text_ += ' ';
    text_ += to_text(form.symbol);
    text_ += ' ';
    put(*form.right, own + 1);
  }
  void put_form(const ConditionalForm& form) {
    put(*form.condition, conditional_precedence + 1);
    text_ += " ? ";
    put(*form.if_true, conditional_precedence + 1);
    text_ += " : ";
    put(*form.if_false, conditional_precedence);
  }
  void put_form(const ListForm& form) {
    text_ += '[';
    put_list(form.items);
    text_ += ']';
  }
  void put_form(const ObjectForm& form) {
    text_ += '{';
    bool is_first = true;
    for (const auto& [key, value] : form.members) {
      if (!is_first) text_ += ", ";
      is_first = false;
      if (is_bare_name(key))
        text_ += key;
      else
        put_quoted(key);
      text_ += ": ";
      put(*value, conditional_precedence);
    }
    text_ += '}';
  }

  std::string text_;
};

bool is_equal(const std::vector<SyntaxPtr>& left, const std::vector<SyntaxPtr>& right) {
  return std::ranges::equal(left, right,
                            [](const auto& a, const auto& b) { return gt::is_equal(*a, *b); });
}

struct SameForm {
  const SyntaxNode::Form& other;

  bool operator()(const LiteralForm& form) const {
    return form.value == std::get<LiteralForm>(other).value;
  }
  bool operator()(const RootForm& form) const {
    return form.name == std::get<RootForm>(other).name;
  }
  bool operator()(const MemberForm& form) const {
    const auto& right = std::get<MemberForm>(other);
    return form.name == right.name && gt::is_equal(*form.object, *right.object);
  }
  bool operator()(const IndexForm& form) const {
    const auto& right = std::get<IndexForm>(other);
    return gt::is_equal(*form.object, *right.object) && gt::is_equal(*form.index, *right.index);
  }
  bool operator()(const CallForm& form) const {
    const auto& right = std::get<CallForm>(other);
    return form.function == right.function && is_equal(form.arguments, right.arguments);
  }
  bool operator()(const UnaryForm& form) const {
    const auto& right = std::get<UnaryForm>(other);
    return form.symbol == right.symbol && gt::is_equal(*form.operand, *right.operand);
  }
  bool operator()(const BinaryForm& form) const {
    const auto& right = std::get<BinaryForm>(other);
    return form.symbol == right.symbol && gt::is_equal(*form.left, *right.left) &&
           gt::is_equal(*form.right, *right.right);
  }
  bool operator()(const ConditionalForm& form) const {
    const auto& right = std::get<ConditionalForm>(other);
    return gt::is_equal(*form.condition, *right.condition) &&
           gt::is_equal(*form.if_true, *right.if_true) &&
           gt::is_equal(*form.if_false, *right.if_false);
  }
  bool operator()(const ListForm& form) const {
    return is_equal(form.items, std::get<ListForm>(other).items);
  }
  bool operator()(const ObjectForm& form) const {
    return std::ranges::equal(form.members, std::get<ObjectForm>(other).members,
                              [](const auto& a, const auto& b) {
                                return a.first == b.first && gt::is_equal(*a.second, *b.second);
                              });
  }
};

}  // namespace

SyntaxPtr make_node(Position position, SyntaxNode::Form form) {
  std::uint32_t height = 0;
  for_each_child(form, [&](const SyntaxNode& child) { height = std::max(height, child.height); });
  return std::make_unique<const SyntaxNode>(SyntaxNode{position, height + 1, std::move(form)});
}

bool is_bare_name(std::string_view text) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  if (text.empty() || !is_word(text.front()) || !is_word(text.back())) return false;
  if (std::isdigit(static_cast<unsigned char>(text.front())) != 0) return false;
  return std::ranges::all_of(text, [&](char c) { return is_word(c) || c == '-'; });
}

std::string print(const SyntaxNode& node) {
  Printer printer;
  printer.put(node, conditional_precedence);
  return std::move(printer).take();
}

bool is_equal(const SyntaxNode& left, const SyntaxNode& right) {
  return left.form.index() == right.form.index() && std::visit(SameForm{right.form}, left.form);
}

}  // namespace gt
