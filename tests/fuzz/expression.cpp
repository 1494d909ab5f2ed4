// Expressions, texts and scripts with `${{ }}`: parsed, printed, typed, evaluated.
#include "expression/expression.h"

#include "base/text.h"
#include "expression/shell_script.h"
#include "expression/template.h"
#include "expression/type.h"
#include "fuzz/targets.h"

namespace gt {

namespace {

const TextOrigin origin{};

ValueContext make_context() {
  const Artifact artifact{.digest = {}, .bytes = 12, .file_name = "a b.csv", .path = "inputs/a b"};
  return ValueContext(
      {{"params",
        ValueObject{{"n", 7},
                    {"x", 0.5},
                    {"yes", true},
                    {"none", nullptr},
                    {"text", "it's \"$HOME\" `ls` \n*"},
                    {"list", ValueList{1, 2, 3}},
                    {"names", ValueList{"a", "b c"}},
                    {"object", ValueObject{{"key", "value"}, {"deep", ValueList{nullptr}}}}}},
       {"inputs", ValueObject{{"file", artifact}}},
       {"secrets", ValueObject{{"KEY", Secret{"KEY", "hush"}}}},
       {"steps", ValueObject{{"later", Unknown{"it has not run yet"}}}}});
}

/// The types of those values.
class Types final : public TypeContext {
 public:
  explicit Types(const Context& context) : context_(context) {}
  Found find(NamePath path) const override {
    const auto found = context_.find(path);
    if (!found) return Missing{};
    if (const auto* value = std::get_if<Value>(&*found)) return Type::of(*value);
    if (std::holds_alternative<Scope>(*found)) return Scope{};
    return Missing{};
  }
  std::vector<std::string> names(NamePath scope) const override { return context_.names(scope); }

 private:
  const Context& context_;
};

void check_expression(std::string_view text, const Context& context) {
  Problems problems;
  const auto parsed = Expression::parse(text, origin, problems);
  GT_CHECK(parsed.has_value() != has_error(problems), "an expression, or what is wrong");
  if (!parsed) return;
  const std::string printed = parsed->print();
  Problems again_problems;
  const auto again = Expression::parse(printed, origin, again_problems);
  GT_CHECK(again && *again == *parsed, "parse and print are inverse");
  GT_CHECK(again->print() == printed, "the canonical spelling is one");

  const Type type = infer(*parsed, Types(context), problems);
  const auto value = parsed->evaluate(context);
  GT_CHECK(value.ok() || !value.error().message.empty(), "a refusal says why");
  if (value && value->unknown() == nullptr && !has_error(problems) && !value->is_null())
    GT_CHECK(Type::of(*value).fits(type), "a value has the type that was foretold");
}

void check_template(std::string_view text, const Context& context) {
  Problems problems;
  const auto parsed = Template::parse(text, origin, problems);
  GT_CHECK(parsed.has_value() != has_error(problems), "a template, or what is wrong");
  if (!parsed) return;
  GT_CHECK(parsed->source() == text, "a template is what was written");
  infer(*parsed, Types(context), problems);
  const auto rendered = parsed->render(context);
  if (parsed->is_literal()) GT_CHECK(rendered.ok(), "a literal text can be rendered");
  (void)parsed->words(context).ok();
}

void check_script(std::string_view text, const Context& context) {
  Problems problems;
  const auto script = ShellScript::compile(text, origin, problems);
  GT_CHECK(script.has_value() != has_error(problems), "a script, or what is wrong");
  if (!script) return;
  script->check_types(Types(context), problems);
  const auto made = script->instantiate(context);
  // A second one may stand in a literal of the first, and is then a part of what it gives.
  const std::size_t first = text.find("${{");
  if (!made || first == std::string_view::npos || first != text.rfind("${{")) return;
  const bool is_escaped = text.find("$${{") != std::string_view::npos;
  GT_CHECK(is_escaped || made->find("${{") == std::string::npos, "no expression is left for bash");
}

}  // namespace

void fuzz_expression(std::string_view bytes) {
  static const ValueContext context = make_context();
  check_expression(bytes, context);
  check_template(bytes, context);
  check_script(bytes, context);
}

}  // namespace gt
