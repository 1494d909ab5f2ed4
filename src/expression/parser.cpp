#include "expression/parser.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "expression/functions.h"
#include "expression/lexer.h"
#include "expression/limits.h"

namespace gt {
namespace {

using expression_limits::expression_bytes_max;
using expression_limits::expression_depth_max;

std::optional<BinaryOperator> binary_operator(const Token& token) {
  if (token.is_name("in")) return BinaryOperator::in;
  if (token.kind != Token::Kind::symbol) return std::nullopt;
  for (int i = 0; i <= static_cast<int>(BinaryOperator::modulo); ++i)
    if (token.text == to_text(static_cast<BinaryOperator>(i)))
      return static_cast<BinaryOperator>(i);
  return std::nullopt;
}

bool is_comparison(BinaryOperator symbol) {
  return precedence(symbol) == precedence(BinaryOperator::equal);
}

// Each parse function gives nullptr after it has kept the problem.
class Parser {
 public:
  Parser(SourceText& source, std::size_t offset)
      : source_(source), start_(offset), lexer_(source, offset), token_(lexer_.next()) {}

  std::optional<ParsedExpression> parse(ExpressionEnd end, Problems& problems) {
    SyntaxPtr root = is_at(end) ? fail("there is no expression", "a value") : conditional();
    if (root != nullptr && !is_at(end)) root = fail_at_rest(end);
    if (root == nullptr) {
      problems.push_back(std::move(*problem_));
      return std::nullopt;
    }
    return ParsedExpression{std::move(root),
                            token_.offset + (end == ExpressionEnd::of_text ? 0 : 2)};
  }

 private:
  void advance() {
    behind_ = token_.offset + token_.text.size();
    token_ = lexer_.next();
    if (behind_ - start_ <= expression_bytes_max) return;
    fail(fmt::format("an expression has at most {} bytes (expression_bytes_max)",
                     expression_bytes_max));
    token_.kind = Token::Kind::invalid;  // where every rule stops
  }

  // The two braces of }} have to touch.
  bool is_at(ExpressionEnd end) {
    if (end == ExpressionEnd::of_text) return token_.kind == Token::Kind::end;
    const std::string_view text = source_.text();
    return token_.is_symbol("}") && text.substr(token_.offset).starts_with("}}");
  }

  std::nullptr_t fail(std::string message, std::string expected = {}, std::string hint = {}) {
    return fail_at(token_.position, std::move(message), std::move(expected), std::move(hint));
  }
  std::nullptr_t fail_at(Position position, std::string message, std::string expected = {},
                         std::string hint = {}) {
    if (problem_) return nullptr;
    if (token_.kind == Token::Kind::invalid)
      problem_ = lexer_.problem();
    else
      problem_ = Problem{.position = position,
                         .message = std::move(message),
                         .expected = std::move(expected),
                         .hint = std::move(hint)};
    return nullptr;
  }

  std::string unexpected() const {
    if (token_.kind == Token::Kind::end) return "the expression ends too early";
    return fmt::format("unexpected {}", printable(token_.text));
  }

  SyntaxPtr fail_at_rest(ExpressionEnd end) {
    std::string hint;
    if (token_.is_name("and")) hint = "write &&";
    if (token_.is_name("or")) hint = "write ||";
    if (token_.kind == Token::Kind::string && behind_ == token_.offset)
      hint = R"(write \' for a quote inside '…')";
    if (token_.is_symbol("("))
      hint = "functions stand by themselves: length(x) instead of x.length()";
    if (token_.kind == Token::Kind::end && end == ExpressionEnd::double_brace)
      return fail("the expression has no end", "}}");
    return fail(unexpected(),
                end == ExpressionEnd::of_text ? "an operator or the end of the expression"
                                              : "an operator or }}",
                std::move(hint));
  }

  SyntaxPtr make(Position position, SyntaxNode::Form form) {
    SyntaxPtr node = make_node(position, std::move(form));
    if (node->height > expression_depth_max) return fail_too_deep(position);
    return node;
  }
  std::nullptr_t fail_too_deep(Position position) {
    return fail_at(position, fmt::format("an expression nests at most {} levels deep "
                                         "(expression_depth_max)",
                                         expression_depth_max));
  }

  SyntaxPtr conditional() {
    // Counts what is open, where make() counts what is finished: both bound our own recursion.
    if (++open_ > expression_depth_max) return fail_too_deep(token_.position);
    SyntaxPtr result = conditional_inside();
    --open_;
    return result;
  }

  SyntaxPtr conditional_inside() {
    SyntaxPtr condition = binary(1);
    if (condition == nullptr || !token_.is_symbol("?")) return condition;
    const Position position = condition->position;
    advance();
    SyntaxPtr if_true = conditional();
    if (if_true == nullptr) return nullptr;
    if (!token_.is_symbol(":")) return fail(unexpected(), ": and what to take if not");
    advance();
    SyntaxPtr if_false = conditional();
    if (if_false == nullptr) return nullptr;
    return make(position,
                ConditionalForm{std::move(condition), std::move(if_true), std::move(if_false)});
  }

  SyntaxPtr binary(int least) {
    SyntaxPtr left = unary();
    while (left != nullptr) {
      const auto symbol = binary_operator(token_);
      if (!symbol || precedence(*symbol) < least) return left;
      advance();
      SyntaxPtr right = binary(precedence(*symbol) + 1);
      if (right == nullptr) return nullptr;
      const Position position = left->position;
      left = make(position, BinaryForm{*symbol, std::move(left), std::move(right)});
      if (const auto next = binary_operator(token_);
          is_comparison(*symbol) && next && is_comparison(*next))
        return fail("comparisons do not chain", {}, "write a < b && b < c, or use brackets");
    }
    return left;
  }

  SyntaxPtr unary() {
    const Position position = token_.position;
    if (token_.is_name("not")) return fail("not is no operator", {}, "write !");
    if (!token_.is_symbol("-") && !token_.is_symbol("!")) return suffixed(primary());
    const auto symbol = token_.is_symbol("-") ? UnaryOperator::negate : UnaryOperator::invert;
    advance();
    if (symbol == UnaryOperator::negate &&
        (token_.kind == Token::Kind::integer || token_.kind == Token::Kind::number))
      return suffixed(number(true, position));
    if (++open_ > expression_depth_max) return fail_too_deep(position);
    SyntaxPtr operand = unary();
    --open_;
    if (operand == nullptr) return nullptr;
    return make(position, UnaryForm{symbol, std::move(operand)});
  }

  SyntaxPtr suffixed(SyntaxPtr node) {
    while (node != nullptr) {
      const Position position = node->position;
      if (token_.is_symbol(".")) {
        advance();
        if (token_.kind != Token::Kind::name) return fail(unexpected(), "a name after the point");
        std::string name(token_.text);
        advance();
        node = make(position, MemberForm{std::move(node), std::move(name)});
      } else if (token_.is_symbol("[")) {
        advance();
        SyntaxPtr index = conditional();
        if (index == nullptr) return nullptr;
        if (!token_.is_symbol("]")) return fail(unexpected(), "]");
        advance();
        const auto* literal = std::get_if<LiteralForm>(&index->form);
        if (literal != nullptr && literal->value.string() != nullptr)
          node = make(position, MemberForm{std::move(node), *literal->value.string()});
        else
          node = make(position, IndexForm{std::move(node), std::move(index)});
      } else {
        return node;
      }
    }
    return node;
  }

  SyntaxPtr number(bool is_negative, Position position) {
    const Token token = token_;
    if (token.kind == Token::Kind::number) {
      advance();
      return make(position, LiteralForm{is_negative ? -token.number : token.number});
    }
    constexpr auto edge = std::uint64_t{1} << 63U;
    if (token.integer == edge && !is_negative)
      return fail("the integer is outside of 64 bits", {},
                  "write it with a point to have a number");
    advance();
    const std::int64_t value = token.integer == edge ? std::numeric_limits<std::int64_t>::min()
                                                     : static_cast<std::int64_t>(token.integer);
    return make(position, LiteralForm{is_negative && token.integer != edge ? -value : value});
  }

  SyntaxPtr primary() {
    switch (token_.kind) {
      case Token::Kind::integer:
      case Token::Kind::number:
        return number(false, token_.position);
      case Token::Kind::string: {
        const Position position = token_.position;
        std::string text = std::move(token_.string);
        advance();
        return make(position, LiteralForm{std::move(text)});
      }
      case Token::Kind::name:
        return name();
      default:
        break;
    }
    if (token_.is_symbol("(")) {
      advance();
      SyntaxPtr inside = conditional();
      if (inside == nullptr) return nullptr;
      if (!token_.is_symbol(")")) return fail(unexpected(), ")");
      advance();
      return inside;
    }
    if (token_.is_symbol("[")) return list();
    if (token_.is_symbol("{")) return object();
    return fail(unexpected(), "a value");
  }

  SyntaxPtr name() {
    const Token token = token_;
    advance();
    if (token.text == "null") return make(token.position, LiteralForm{nullptr});
    if (token.text == "true" || token.text == "false")
      return make(token.position, LiteralForm{token.text == "true"});
    if (token.text == "in") return fail_at(token.position, "unexpected in", "a value");
    if (token_.is_symbol("(")) return call(token);
    return make(token.position, RootForm{std::string(token.text)});
  }

  SyntaxPtr call(const Token& name) {
    const Function* function = find_function(name.text);
    if (function == nullptr) {
      std::vector<std::string> names;
      for (const Function& known : all_functions()) names.emplace_back(known.name);
      const auto near = nearest(name.text, names);
      return fail_at(name.position, fmt::format("there is no function {}", name.text), {},
                     near ? fmt::format("did you mean {}?", *near) : std::string());
    }
    advance();
    std::vector<SyntaxPtr> arguments;
    if (!items(")", arguments)) return nullptr;
    const std::size_t least = function->arguments_min;
    const std::size_t most = function->arguments_max;
    if (arguments.size() < least || arguments.size() > most) {
      const std::string wanted = least == most ? fmt::format("{}", least)
                                 : most == arguments_without_limit
                                     ? fmt::format("{} or more", least)
                                     : fmt::format("{} to {}", least, most);
      return fail_at(name.position, fmt::format("{} takes {} argument{}, got {}", name.text, wanted,
                                                wanted == "1" ? "" : "s", arguments.size()));
    }
    return make(name.position, CallForm{function, std::move(arguments)});
  }

  // What stands between commas up to the closing symbol; a last comma is permitted.
  bool items(std::string_view close, std::vector<SyntaxPtr>& items) {
    while (!token_.is_symbol(close)) {
      SyntaxPtr item = conditional();
      if (item == nullptr) return false;
      items.push_back(std::move(item));
      if (token_.is_symbol(close)) break;
      if (!token_.is_symbol(",")) {
        fail(unexpected(), fmt::format(", or {}", close));
        return false;
      }
      advance();
    }
    advance();
    return true;
  }

  SyntaxPtr list() {
    const Position position = token_.position;
    advance();
    ListForm form;
    if (!items("]", form.items)) return nullptr;
    return make(position, std::move(form));
  }

  SyntaxPtr object() {
    const Position position = token_.position;
    advance();
    ObjectForm form;
    while (!token_.is_symbol("}")) {
      if (token_.kind != Token::Kind::name && token_.kind != Token::Kind::string)
        return fail(unexpected(), "a key, as in {key: value}");
      std::string key = token_.kind == Token::Kind::name ? std::string(token_.text) : token_.string;
      if (std::ranges::any_of(form.members,
                              [&](const auto& member) { return member.first == key; }))
        return fail(fmt::format("the key {} is there twice", printable(key)));
      advance();
      if (!token_.is_symbol(":")) return fail(unexpected(), ": and a value");
      advance();
      SyntaxPtr value = conditional();
      if (value == nullptr) return nullptr;
      form.members.emplace_back(std::move(key), std::move(value));
      if (token_.is_symbol("}")) break;
      if (!token_.is_symbol(",")) return fail(unexpected(), ", or }");
      advance();
    }
    advance();
    return make(position, std::move(form));
  }

  SourceText& source_;
  std::size_t start_;
  Lexer lexer_;
  Token token_;
  std::size_t behind_ = 0;  // the token before, to see whether two touch
  std::size_t open_ = 0;
  std::optional<Problem> problem_;
};

}  // namespace

std::optional<ParsedExpression> parse_expression(SourceText& source, std::size_t offset,
                                                 ExpressionEnd end, Problems& problems) {
  return Parser(source, offset).parse(end, problems);
}

}  // namespace gt
