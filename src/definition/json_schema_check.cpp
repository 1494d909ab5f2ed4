#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <span>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/json_schema.h"
#include "definition/problems.h"
#include "expression/pattern.h"

namespace gt {
namespace {

const std::vector<std::string>& type_words() {
  static const std::vector<std::string> words = {"boolean", "integer", "number", "string",
                                                 "array",   "object",  "null"};
  return words;
}

/// Which words say something about which types.
struct WordScope {
  std::string_view word;
  std::array<std::string_view, 2> types;
};
constexpr auto word_scopes = std::to_array<WordScope>({
    {"minimum", {"integer", "number"}},
    {"maximum", {"integer", "number"}},
    {"exclusiveMinimum", {"integer", "number"}},
    {"exclusiveMaximum", {"integer", "number"}},
    {"multipleOf", {"integer", "number"}},
    {"minLength", {"string", ""}},
    {"maxLength", {"string", ""}},
    {"pattern", {"string", ""}},
    {"items", {"array", ""}},
    {"minItems", {"array", ""}},
    {"maxItems", {"array", ""}},
    {"uniqueItems", {"array", ""}},
    {"properties", {"object", ""}},
    {"required", {"object", ""}},
    {"additionalProperties", {"object", ""}},
});

/// Minimum and maximum of the same thing.
constexpr auto bounds = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"minimum", "maximum"},
    {"minLength", "maxLength"},
    {"minItems", "maxItems"},
});

class SchemaChecker {
 public:
  explicit SchemaChecker(Problems& problems) : problems_(problems) {}

  void check(YamlNode schema, const std::string& what);

 private:
  void check_word(std::string_view word, YamlNode value, const std::string& what);
  void check_type(YamlNode value);
  void check_members(YamlNode properties, const std::string& what);
  void check_pattern(YamlNode value);
  void check_scopes(YamlNode schema);
  void check_bounds(YamlNode schema);
  void add(YamlNode node, std::string message, std::string expected = {}, std::string hint = {}) {
    problems_.push_back(
        error_problem(node.position(), std::move(message), std::move(expected), std::move(hint)));
  }

  Problems& problems_;
};

std::optional<double> number_of(std::optional<YamlNode> node) {
  if (!node || (!node->is(YamlKind::integer) && !node->is(YamlKind::real))) return std::nullopt;
  Problems ignored;
  const auto json = read_json(*node, ignored);
  if (!json) return std::nullopt;
  return json->real() ? *json->real() : static_cast<double>(*json->integer());
}

void SchemaChecker::check(YamlNode schema, const std::string& what) {
  check_keys(schema, parameter_keys, what, problems_);
  for (const YamlEntry entry : schema.entries()) check_word(entry.key.text(), entry.value, what);
  check_scopes(schema);
  check_bounds(schema);
}

void SchemaChecker::check_type(YamlNode value) {
  const auto check_one = [&](YamlNode word) {
    if (!word.is(YamlKind::text) ||
        std::ranges::find(type_words(), word.text()) == type_words().end()) {
      const bool is_null = word.is(YamlKind::null) && word.text() == "null";
      if (is_null) {
        add(word, "`type` is null", "a type in quotes: \"null\"");
      } else {
        add_unknown_word(word, "`type`", type_words(), problems_);
      }
    }
  };
  if (!value.is(YamlKind::list)) return check_one(value);
  if (value.size() == 0) add(value, "`type` is an empty list", "at least one type");
  for (const YamlNode word : value.items()) check_one(word);
}

void SchemaChecker::check_members(YamlNode properties, const std::string& what) {
  if (!properties.is(YamlKind::mapping)) {
    return add_wrong_kind(properties, "`properties`", "a mapping of names to schemas", problems_);
  }
  for (const YamlEntry entry : properties.entries()) {
    check(entry.value, fmt::format("{}, member `{}`", what, printable(entry.key.text())));
  }
}

void SchemaChecker::check_pattern(YamlNode value) {
  if (!value.is(YamlKind::text)) return add_wrong_kind(value, "`pattern`", "text", problems_);
  if (const auto pattern = Pattern::compile(value.text()); !pattern) {
    add(value, pattern.error().message, "a regular expression", pattern.error().hint);
  }
}

void SchemaChecker::check_word(std::string_view word, YamlNode value, const std::string& what) {
  const std::string field = fmt::format("`{}`", word);
  constexpr std::int64_t count_max = 1'000'000'000;
  if (word == "type") {
    check_type(value);
  } else if (word == "description") {
    read_text(value, field, problems_);
  } else if (word == "default") {
    // Checked against the whole schema once that is known to be good.
  } else if (word == "enum") {
    if (!value.is(YamlKind::list)) {
      add_wrong_kind(value, field, "a list of values", problems_);
    } else if (value.size() == 0) {
      add(value, "`enum` is empty", "at least one value");
    }
  } else if (word == "minimum" || word == "maximum" || word == "exclusiveMinimum" ||
             word == "exclusiveMaximum") {
    if (!number_of(value)) add_wrong_kind(value, field, "a number", problems_);
  } else if (word == "multipleOf") {
    const auto factor = number_of(value);
    if (!factor || *factor <= 0) add(value, "`multipleOf` is no number over 0", "a number over 0");
  } else if (word == "minLength" || word == "maxLength" || word == "minItems" ||
             word == "maxItems") {
    read_integer(value, field, 0, count_max, problems_);
  } else if (word == "pattern") {
    check_pattern(value);
  } else if (word == "items") {
    check(value, what + ", items");
  } else if (word == "uniqueItems") {
    read_boolean(value, field, problems_);
  } else if (word == "properties") {
    check_members(value, what);
  } else if (word == "required") {
    if (!value.is(YamlKind::list))
      return add_wrong_kind(value, field, "a list of names", problems_);
    for_each_text(value, field, problems_, [](YamlNode, const std::string&) {});
  } else if (word == "additionalProperties" && !value.is(YamlKind::boolean)) {
    check(value, what + ", additional properties");
  }
}

void SchemaChecker::check_scopes(YamlNode schema) {
  const auto type = schema.find("type");
  if (!type) return;
  const auto allows = [&](std::string_view wanted) {
    if (wanted.empty()) return false;
    if (!type->is(YamlKind::list)) return type->text() == wanted;
    for (const YamlNode item : type->items()) {
      if (item.text() == wanted) return true;
    }
    return false;
  };
  for (const YamlEntry entry : schema.entries()) {
    for (const auto& [word, types] : word_scopes) {
      if (entry.key.text() != word || allows(types[0]) || allows(types[1])) continue;
      add(entry.key, fmt::format("`{}` says nothing about this type", word),
          fmt::format("`type: {}`{}", types[0],
                      types[1].empty() ? "" : fmt::format(" or `type: {}`", types[1])));
    }
  }
}

void SchemaChecker::check_bounds(YamlNode schema) {
  for (const auto& [low_word, high_word] : bounds) {
    const auto low = number_of(schema.find(low_word));
    const auto high = number_of(schema.find(high_word));
    if (low && high && *low > *high) {
      add(*schema.find(low_word),
          fmt::format("`{}` is over `{}`: no value can be right", low_word, high_word));
    }
  }
}

}  // namespace

void check_schema(YamlNode schema, const std::string& what, Problems& problems) {
  SchemaChecker(problems).check(schema, what);
}

}  // namespace gt
