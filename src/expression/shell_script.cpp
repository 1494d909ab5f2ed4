#include "expression/shell_script.h"

#include <algorithm>

#include "base/text.h"
#include "expression/evaluate.h"
#include "expression/functions.h"
#include "expression/shell_places.h"
#include "expression/text_form.h"

namespace gt {
namespace {

std::string variable(std::size_t number) { return fmt::format("__geartrain_{}", number); }

// One word for bash that is also one line: the line numbers of the script must stay.
std::string quoted(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'')
      word += "'\\''";
    else if (c == '\n')
      word += "'$'\\n''";
    else
      word += c;
  }
  return word + "'";
}

// How the place reads the variable. An expression over several lines leaves its line breaks, where
// bash takes them away again.
std::string reference(const ShellPlace& place, std::size_t number, bool is_list,
                      std::size_t line_breaks) {
  std::string breaks;
  for (std::size_t i = 0; i < line_breaks; ++i)
    breaks += place.quoting == ShellQuoting::comment ? "\n#" : "\\\n";
  const std::string name = variable(number);
  switch (place.quoting) {
    case ShellQuoting::none:
      return fmt::format("\"${{{}{}}}\"{}", name, is_list ? "[@]" : "", breaks);
    case ShellQuoting::double_quotes:
      return fmt::format("${{{}}}{}", name, breaks);
    case ShellQuoting::single_quotes:
      return fmt::format("'\"${{{}}}\"{}'", name, breaks);
    case ShellQuoting::ansi_quotes:
      return fmt::format("'\"${{{}}}\"{}$'", name, breaks);
    case ShellQuoting::comment:
      break;
  }
  return breaks;
}

Result<std::string> word_of(const Value& value) {
  std::string text = TRY(render(value));
  if (text.find('\0') != std::string::npos)
    return error(Errc::invalid, "bash cannot hold a text with a NUL byte in it");
  return quoted(text);
}

Result<std::string> integer_of(const Value& value) {
  if (const auto* integer = value.integer()) return std::to_string(*integer);
  if (const auto* boolean = value.boolean()) return std::string(*boolean ? "1" : "0");
  if (const auto* unknown = value.unknown()) return error(Errc::unavailable, "{}", unknown->why);
  Error error = gt::error(Errc::invalid, "bash calculates here, so it takes an integer, got {}",
                          type_name(value));
  error.hint = value.real() != nullptr ? "round(x) makes an integer"
                                       : "int(x) makes an integer of a text that is one";
  return error;
}

constexpr const char* list_hint =
    "as a word of its own, without quotes, it becomes several words; join(x, ' ') or to_json(x) "
    "makes "
    "one text";

// What is assigned to the place's variable.
Result<std::string> assigned(const ShellPlace& place, const Value& value) {
  if (place.is_arithmetic) return integer_of(value);
  if (value.list() == nullptr) return word_of(value);
  if (!place.takes_list) return Error{Errc::invalid, "a list cannot stand here", list_hint};
  std::string words = "(";
  for (const Value& item : *value.list()) {
    if (words.size() > 1) words += ' ';
    words += TRY(word_of(item));
  }
  return words + ")";
}

std::string code_message(const ShellPlace& place) {
  switch (place.code_use) {
    case CodeUse::none:
      return {};
    case CodeUse::eval:
    case CodeUse::shell:
    case CodeUse::interpreter:
      return fmt::format("{} runs this value as code", printable(place.program));
    case CodeUse::remote:
      return "the shell behind ssh reads this value as code";
    case CodeUse::input:
      return fmt::format("{} reads this value as code", printable(place.program));
    case CodeUse::name:
      return fmt::format("{} takes this value for a variable's name, which can hold code",
                         printable(place.program));
    case CodeUse::pattern:
      return "=~ takes this value literally, not as a pattern";
  }
  return {};
}

std::string code_hint(const ShellPlace& place) {
  switch (place.code_use) {
    case CodeUse::none:
      return {};
    case CodeUse::eval:
      return "run the command without it";
    case CodeUse::shell:
      return fmt::format("give it as an argument: {} 'echo \"$1\"' _ ${{{{ … }}}}",
                         printable(place.program));
    case CodeUse::interpreter:
      return fmt::format("give it as an argument: {} '… sys.argv[1] …' ${{{{ … }}}}",
                         printable(place.program));
    case CodeUse::remote:
      return "quote it for that shell: \"$(printf %q ${{ … }})\"";
    case CodeUse::input:
      return "give it as an argument or in a variable: export X=${{ … }}";
    case CodeUse::name:
      return "use a fixed name, or an array with an index";
    case CodeUse::pattern:
      return "for a pattern: p=${{ … }}; [[ $x =~ $p ]]";
  }
  return {};
}

}  // namespace

struct ShellScript::Compiled {
  struct Hole {
    Expression expression;
    ShellPlace place;
    std::size_t line_breaks = 0;
    std::string text_behind;
  };

  std::string text_before;
  std::vector<Hole> holes;
};

std::optional<ShellScript> ShellScript::compile(std::string_view script, const TextOrigin& origin,
                                                Problems& problems) {
  auto source = Template::parse(script, origin, problems);
  if (!source) return std::nullopt;
  ShellScript result;
  const auto parts = source->parts();
  result.source_ = std::move(*source);
  const bool is_as_written =
      parts.empty() || (!parts[0].expression && parts[0].text == result.source_.source());
  if (is_as_written) return result;

  Problems found;
  const auto places = find_shell_places(parts, found);
  problems.insert(problems.end(), found.begin(), found.end());
  if (has_error(found)) return std::nullopt;
  Compiled compiled;
  for (const TemplatePart& part : parts) {
    if (!part.expression) {
      (compiled.holes.empty() ? compiled.text_before : compiled.holes.back().text_behind) =
          part.text;
      continue;
    }
    compiled.holes.push_back(
        {.expression = *part.expression,
         .place = places[compiled.holes.size()],
         .line_breaks = static_cast<std::size_t>(std::ranges::count(part.text, '\n')),
         .text_behind = {}});
  }
  result.compiled_ = std::make_shared<const Compiled>(std::move(compiled));
  return result;
}

Result<std::string> ShellScript::instantiate(const Context& context) const {
  if (compiled_ == nullptr) return source_.source();
  return in_file(source_.file_name(), put_together(context));
}

Result<std::string> ShellScript::put_together(const Context& context) const {
  std::string assignments;
  std::string script = compiled_->text_before;
  Budget budget;
  for (std::size_t i = 0; i < compiled_->holes.size(); ++i) {
    const Compiled::Hole& hole = compiled_->holes[i];
    bool is_list = false;
    if (hole.place.quoting != ShellQuoting::comment) {
      const Value value = TRY(evaluate(hole.expression.root(), context, budget));
      is_list = value.list() != nullptr;
      assignments += fmt::format("{}={} ", variable(i + 1),
                                 TRY(at(hole.expression.position(), assigned(hole.place, value))));
    }
    script += reference(hole.place, i + 1, is_list, hole.line_breaks);
    script += hole.text_behind;
  }
  if (assignments.empty()) return script;
  assignments.back() = ';';
  return assignments + " " + script;
}

void ShellScript::check_types(const TypeContext& context, Problems& problems) const {
  if (compiled_ == nullptr) return;
  for (const Compiled::Hole& hole : compiled_->holes) {
    const ShellPlace& place = hole.place;
    if (place.quoting == ShellQuoting::comment) continue;
    const Position position = hole.expression.position();
    const Type type = infer(hole.expression, context, problems);
    const Kinds kind = kinds::of(type);
    constexpr Kinds harmless = kinds::numeric | kinds::boolean;
    if (place.is_arithmetic) {
      if ((kind & harmless) == 0)
        problems.push_back(
            {.position = position,
             .message = fmt::format("bash calculates here, so it takes an integer, got {}",
                                    type.to_text()),
             .hint = "int(x) makes an integer of a text that is one"});
    } else if (kind == kinds::list && !place.takes_list) {
      problems.push_back(
          {.position = position, .message = "a list cannot stand here", .hint = list_hint});
    } else {
      check_text_form(type.kind() == Type::Kind::list ? type.item() : type, position, problems);
    }
    if (place.code_use != CodeUse::none && (kind & ~harmless) != 0)
      problems.push_back({.severity = Severity::warning,
                          .position = position,
                          .message = code_message(place),
                          .hint = code_hint(place)});
  }
}

void ShellScript::for_each_reference(const std::function<void(const Reference&)>& visit) const {
  if (compiled_ == nullptr) return;
  for (const Compiled::Hole& hole : compiled_->holes)
    if (hole.place.quoting != ShellQuoting::comment) hole.expression.for_each_reference(visit);
}

}  // namespace gt
