#include "expression/template.h"

#include "expression/evaluate.h"
#include "expression/limits.h"
#include "expression/parser.h"

namespace gt {
namespace {

using expression_limits::template_bytes_max;
using expression_limits::template_expressions_max;

constexpr std::string_view opening = "${{";
constexpr std::string_view escaped_opening = "$${{";

// Cuts a text into its parts, going on behind a problem to find them all.
class Reader {
 public:
  Reader(std::string_view text, const TextOrigin& origin, Problems& problems)
      : text_(text), source_(text, origin), problems_(problems) {}

  std::vector<TemplatePart> read() {
    while (at_ < text_.size()) {
      const std::size_t dollar = text_.find('$', at_);
      literal_ += text_.substr(at_, dollar == std::string_view::npos ? dollar : dollar - at_);
      if (dollar == std::string_view::npos) break;
      at_ = dollar;
      const std::string_view rest = text_.substr(dollar);
      if (rest.starts_with(escaped_opening)) {
        literal_ += opening;
        at_ += escaped_opening.size();
      } else if (!rest.starts_with(opening)) {
        literal_ += '$';
        ++at_;
      } else if (!expression()) {
        break;
      }
    }
    close_literal();
    return std::move(parts_);
  }

 private:
  void close_literal() {
    if (!literal_.empty()) parts_.push_back({std::move(literal_), std::nullopt});
    literal_.clear();
  }

  // False when there is no sense in reading on.
  bool expression() {
    if (++expressions_ > template_expressions_max) {
      problems_.push_back({.position = source_.position_at(at_),
                           .message = fmt::format("a text has at most {} expressions "
                                                  "(template_expressions_max)",
                                                  template_expressions_max)});
      return false;
    }
    const std::size_t start = at_;
    auto parsed =
        parse_expression(source_, start + opening.size(), ExpressionEnd::double_brace, problems_);
    if (!parsed) {
      const std::size_t close = text_.find("}}", start);
      if (close == std::string_view::npos) return false;
      at_ = close + 2;
      return true;
    }
    close_literal();
    at_ = parsed->end;
    parts_.push_back({std::string(text_.substr(start, at_ - start)),
                      Expression(std::shared_ptr<const SyntaxNode>(std::move(parsed->root)))});
    return true;
  }

  std::string_view text_;
  SourceText source_;
  Problems& problems_;
  std::size_t at_ = 0;
  std::size_t expressions_ = 0;
  std::string literal_;
  std::vector<TemplatePart> parts_;
};

}  // namespace

struct Template::Parsed {
  std::vector<TemplatePart> parts;
  /// Instead of parts.
  std::optional<std::vector<Template>> items = {};
  Position position = {};  ///< of a list
  std::shared_ptr<const std::string> file_name = {};

  Position start() const {
    return parts.empty() || !parts[0].expression ? position : parts[0].expression->position();
  }
};

Template Template::literal(std::string text) { return Template(std::move(text), nullptr); }

std::optional<Template> Template::parse(std::string_view text, const TextOrigin& origin,
                                        Problems& problems) {
  if (text.size() > template_bytes_max) {
    problems.push_back({.position = origin.start,
                        .message = fmt::format("a text has at most {} bytes (template_bytes_max)",
                                               template_bytes_max)});
    return std::nullopt;
  }
  // `$${{` has it too.
  if (text.find(opening) == std::string_view::npos) return literal(std::string(text));
  Problems found;
  auto parts = Reader(text, origin, found).read();
  problems.insert(problems.end(), found.begin(), found.end());
  if (has_error(found)) return std::nullopt;
  return Template(std::string(text),
                  std::make_shared<const Parsed>(
                      Parsed{.parts = std::move(parts), .file_name = origin.file_name}));
}

std::optional<Template> Template::parse_expression(std::string_view text, const TextOrigin& origin,
                                                   Problems& problems) {
  auto expression = Expression::parse(text, origin, problems);
  if (!expression) return std::nullopt;
  std::vector<TemplatePart> parts;
  parts.push_back({std::string(text), std::move(*expression)});
  return Template(std::string(text),
                  std::make_shared<const Parsed>(
                      Parsed{.parts = std::move(parts), .file_name = origin.file_name}));
}

Template Template::list_of(std::vector<Template> items, const TextOrigin& origin) {
  std::string source = "[";
  for (const Template& item : items) {
    if (source.size() > 1) source += ", ";
    source += item.source();
  }
  source += "]";
  return Template(std::move(source),
                  std::make_shared<const Parsed>(Parsed{.parts = {},
                                                        .items = std::move(items),
                                                        .position = origin.start,
                                                        .file_name = origin.file_name}));
}

const std::string* Template::file_name() const {
  return parsed_ != nullptr ? parsed_->file_name.get() : nullptr;
}

const std::vector<Template>* Template::items() const {
  return parsed_ != nullptr && parsed_->items ? &*parsed_->items : nullptr;
}

bool Template::is_literal() const {
  return parsed_ == nullptr || (parsed_->parts.size() == 1 && !parsed_->parts[0].expression);
}

bool Template::is_single_expression() const {
  return parsed_ != nullptr && parsed_->parts.size() == 1 && parsed_->parts[0].expression;
}

std::vector<TemplatePart> Template::parts() const {
  if (parsed_ != nullptr) return parsed_->parts;
  if (source_.empty()) return {};
  return {{source_, std::nullopt}};
}

Result<Value> Template::evaluate(const Context& context) const {
  if (parsed_ == nullptr) return Value(source_);
  Budget budget;
  return in_file(file_name(), evaluate(context, budget));
}

Result<Value> Template::evaluate(const Context& context, Budget& budget) const {
  if (parsed_ == nullptr) return Value(source_);
  if (const auto* written = items()) {
    TRY(at(parsed_->position, budget.take_items(written->size())));
    ValueList list;
    list.reserve(written->size());
    for (const Template& item : *written) list.push_back(TRY(item.evaluate(context, budget)));
    return Value(std::move(list));
  }
  if (is_single_expression())
    return gt::evaluate(parsed_->parts[0].expression->root(), context, budget);
  std::string text;
  std::string secrets;
  std::optional<Unknown> unknown;
  for (const TemplatePart& part : parsed_->parts) {
    if (!part.expression) {
      text += part.text;
      continue;
    }
    const Position position = part.expression->position();
    const Value value = TRY(gt::evaluate(part.expression->root(), context, budget));
    if (value.unknown() != nullptr) {
      if (!unknown) unknown = *value.unknown();
      continue;
    }
    if (const auto* secret = value.secret())
      secrets += (secrets.empty() ? "" : ", ") + secret->name;
    const std::string piece = TRY(at(position, gt::render(value)));
    TRY(at(position, budget.take_bytes(piece.size())));
    text += piece;
  }
  if (unknown) return Value(std::move(*unknown));
  if (!secrets.empty()) return Value(Secret{std::move(secrets), std::move(text)});
  return Value(std::move(text));
}

Result<std::string> Template::render(const Context& context) const {
  if (parsed_ == nullptr) return source_;
  const Value value = TRY(evaluate(context));
  if (!is_single_expression() && !items()) return gt::render(value);
  return in_file(file_name(), at(parsed_->start(), gt::render(value)));
}

Result<std::vector<std::string>> Template::words(const Context& context) const {
  const Value value = TRY(evaluate(context));
  std::vector<std::string> words;
  if (value.list() == nullptr) {
    auto word = gt::render(value);
    if (is_single_expression())
      word = in_file(file_name(), at(parsed_->parts[0].expression->position(), std::move(word)));
    words.push_back(TRY(std::move(word)));
    return words;
  }
  const Position position = parsed_->start();
  words.reserve(value.list()->size());
  for (const Value& item : *value.list())
    words.push_back(TRY(in_file(file_name(), at(position, gt::render(item)))));
  return words;
}

void Template::for_each_reference(const std::function<void(const Reference&)>& visit) const {
  if (parsed_ == nullptr) return;
  for (const TemplatePart& part : parsed_->parts)
    if (part.expression) part.expression->for_each_reference(visit);
  if (const auto* written = items())
    for (const Template& item : *written) item.for_each_reference(visit);
}

void Template::for_each_call(const std::function<void(const FunctionCall&)>& visit) const {
  if (parsed_ == nullptr) return;
  for (const TemplatePart& part : parsed_->parts)
    if (part.expression) part.expression->for_each_call(visit);
  if (const auto* written = items())
    for (const Template& item : *written) item.for_each_call(visit);
}

}  // namespace gt
