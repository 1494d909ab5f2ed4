#include <cmath>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "expression/compare.h"
#include "expression/expression.h"
#include "expression/functions.h"
#include "expression/shell_script.h"
#include "expression/syntax.h"
#include "expression/template.h"
#include "expression/type.h"

namespace gt {
namespace {

// Builds from a list of small numbers, so that rapidcheck can shrink what it drew; a used-up list
// gives zeros, which end every recursion.
class Choices {
 public:
  explicit Choices(std::vector<std::uint8_t> numbers) : numbers_(std::move(numbers)) {}

  std::size_t below(std::size_t limit) {
    const std::size_t number = next_ < numbers_.size() ? numbers_[next_++] : 0;
    return number % limit;
  }
  std::string name() {
    constexpr auto names = std::to_array<const char*>(
        {"a", "params", "my-step", "x1", "_", "nulls", "in-put", "a--b", "Not"});
    return names[below(names.size())];
  }
  std::string text() {
    constexpr auto pieces =
        std::to_array<const char*>({"", "x", "'", "\"", "\\", "\n", "}}", "${{", "é", "\t", "\r",
                                    "n", "u{41}", "-", "\x01", "1"});
    std::string text;
    for (std::size_t i = below(5); i > 0; --i) text += pieces[below(pieces.size())];
    return text;
  }
  Value literal() {
    switch (below(7)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 1;
      case 2:
        return static_cast<std::int64_t>(below(256)) - 128;
      case 3:
        return below(2) == 1 ? std::numeric_limits<std::int64_t>::min()
                             : std::numeric_limits<std::int64_t>::max();
      case 4:
        return (static_cast<double>(below(256)) - 128) / 8;
      case 5:
        return std::pow(10.0, static_cast<double>(below(256)) - 128);
      default:
        return text();
    }
  }
  SyntaxPtr node(std::size_t depth) {
    const std::size_t kinds = depth == 0 ? 2 : 10;
    switch (below(kinds)) {
      case 0:
        return make_node({}, LiteralForm{literal()});
      case 1:
        return make_node({}, RootForm{name()});
      case 2:
        return make_node({}, MemberForm{node(depth - 1), below(2) == 1 ? name() : text()});
      case 3: {
        SyntaxPtr object = node(depth - 1);
        SyntaxPtr index = node(depth - 1);
        // A text in brackets is a member by another spelling.
        const auto* literal = std::get_if<LiteralForm>(&index->form);
        if (literal != nullptr && literal->value.string() != nullptr)
          return make_node({}, MemberForm{std::move(object), *literal->value.string()});
        return make_node({}, IndexForm{std::move(object), std::move(index)});
      }
      case 4:
        return make_node({},
                         UnaryForm{below(2) == 1 ? UnaryOperator::negate : UnaryOperator::invert,
                                   node(depth - 1)});
      case 5:
      case 6: {
        const auto symbol = static_cast<BinaryOperator>(below(15));
        SyntaxPtr left = node(depth - 1);
        return make_node({}, BinaryForm{symbol, std::move(left), node(depth - 1)});
      }
      case 7: {
        SyntaxPtr condition = node(depth - 1);
        SyntaxPtr if_true = node(depth - 1);
        return make_node(
            {}, ConditionalForm{std::move(condition), std::move(if_true), node(depth - 1)});
      }
      case 8: {
        ObjectForm form;
        for (std::size_t i = below(4); i > 0; --i)
          form.members.emplace_back(text() + std::to_string(i), node(depth - 1));
        return make_node({}, std::move(form));
      }
      default: {
        std::vector<SyntaxPtr> items;
        for (std::size_t i = below(4); i > 0; --i) items.push_back(node(depth - 1));
        if (below(2) == 1) return make_node({}, ListForm{std::move(items)});
        const Function& function = all_functions()[below(all_functions().size())];
        while (items.size() < function.arguments_min) items.push_back(node(0));
        while (items.size() > function.arguments_max) items.pop_back();
        return make_node({}, CallForm{&function, std::move(items)});
      }
    }
  }

 private:
  std::vector<std::uint8_t> numbers_;
  std::size_t next_ = 0;
};

TEST_CASE("a printed expression reads back as itself") {
  CHECK(rc::check("parse after print", [](const std::vector<std::uint8_t>& numbers) {
    const SyntaxPtr root = Choices(numbers).node(6);
    const std::string text = print(*root);
    Problems problems;
    const auto bare = Expression::parse(text, {}, problems);
    const auto wrapped = Template::parse("a ${{ " + text + " }} b", {}, problems);
    RC_LOG(text);
    for (const Problem& problem : problems) RC_LOG(problem.message);
    RC_ASSERT(bare.has_value());
    RC_ASSERT(is_equal(bare->root(), *root));
    RC_ASSERT(bare->print() == text);
    RC_ASSERT(wrapped.has_value());
    RC_ASSERT(wrapped->parts().size() == 3);
    RC_ASSERT(is_equal(wrapped->parts()[1].expression->root(), *root));
  }));
}

// What the grammar and bash care about, glued at random.
std::string soup(Choices& choices, std::size_t pieces_max) {
  constexpr auto pieces = std::to_array<const char*>(
      {"${{",  "}}",   "$${{",    "(",    ")",        "[",      "]",        "{",
       "}",    "'",    "\"",      "\\",   "`",        "$",      "$(",       "$((",
       "))",   "${",   "a",       "b.c",  "params",   "1",      "2.5",      "9223372036854775807",
       "null", "true", " ",       " ",    "\n",       "&&",     "||",       "==",
       "<",    "<<",   "<<-",     "E",    "\nE\n",    "<<<",    ">",        ">(",
       "-",    "+",    "*",       "/",    "//",       "%",      "!",        "?",
       ":",    ",",    ".",       "in",   "length(",  "range(", "sort(",    "format(",
       "'{}'", "#",    ";",       ";;",   "&",        "|",      "case",     "esac",
       "[[",   "]]",   "-eq",     "for",  "do",       "done",   "=",        "=(",
       "@(",   "eval", "bash -c", "\xff", "\xc3\xa9", "\x01",   "${{ v }}", "${{ n }}"});
  std::string text;
  for (std::size_t i = 0; i < pieces_max; ++i) text += pieces[choices.below(pieces.size())];
  return text;
}

class AnyTypes final : public TypeContext {
 public:
  Found find(NamePath) const override { return Type(); }
  std::vector<std::string> names(NamePath) const override { return {}; }
};

void use(std::string_view text) {
  const ValueContext context(
      ValueObject{{"v", "text"}, {"n", 1}, {"a", ValueList{1, 2}}, {"b", ValueObject{{"c", 2.5}}}});
  Problems problems;
  if (const auto expression = Expression::parse(text, {}, problems)) {
    (void)expression->evaluate(context).ok();
    infer(*expression, AnyTypes(), problems);
    Problems none;
    const auto again = Expression::parse(expression->print(), {}, none);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == *expression);
  }
  if (const auto parsed = Template::parse(text, {}, problems)) {
    (void)parsed->words(context).ok();
    check_words(*parsed, AnyTypes(), problems);
  }
  if (const auto script = ShellScript::compile(text, {}, problems)) {
    (void)script->instantiate(context).ok();
    script->check_types(AnyTypes(), problems);
  }
}

TEST_CASE("no text makes the language crash") {
  CHECK(rc::check("random bytes", [](const std::string& text) { use(text); }));
  CHECK(rc::check("random tokens", [](const std::vector<std::uint8_t>& numbers) {
    Choices choices(numbers);
    const std::string text = soup(choices, numbers.size());
    RC_LOG(text);
    use(text);
    use("${{ v }} " + text + " ${{ v }}");
  }));
}

TEST_CASE("what infers to a type evaluates to that type or to an error") {
  CHECK(rc::check("types hold", [](const std::vector<std::uint8_t>& numbers) {
    const SyntaxPtr root = Choices(numbers).node(4);
    Problems problems;
    const auto expression = Expression::parse(print(*root), {}, problems);
    const Type type = infer(*expression, AnyTypes(), problems);
    const auto value = expression->evaluate(
        ValueContext(ValueObject{{"a", 1},
                                 {"params", ValueObject{{"a", "x"}, {"x1", ValueList{1, 2.5}}}},
                                 {"_", ValueList{}}}));
    RC_LOG(print(*root));
    RC_LOG(type.to_text());
    // A part that is never reached may have problems.
    if (!value.ok() || !problems.empty()) return;
    RC_ASSERT(Type::of(*value).fits(type));
  }));
}

TEST_CASE("integers and doubles compare by their exact values") {
  CHECK(rc::check("against long double", [](std::int64_t integer, double real) {
    if (!std::isfinite(real)) return;
    static_assert(std::numeric_limits<long double>::digits >= 64, "it holds every int64");
    for (const double near :
         {real, static_cast<double>(integer), std::nextafter(static_cast<double>(integer), 0.0)}) {
      const auto left = static_cast<long double>(integer);
      const auto right = static_cast<long double>(near);
      const auto expected = left < right   ? std::strong_ordering::less
                            : left > right ? std::strong_ordering::greater
                                           : std::strong_ordering::equal;
      RC_ASSERT(compare(integer, near) == expected);
    }
  }));
}

}  // namespace
}  // namespace gt
