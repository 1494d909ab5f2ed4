#include "definition/json_schema.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <optional>
#include <set>

#include "expression/pattern.h"

namespace gt {
namespace {

/// Wide enough for every int64 and every double on the machines that we build for.
using Wide = long double;

std::optional<Wide> number_of(const Json* value) {
  if (!value) return std::nullopt;
  if (const auto* integer = value->integer()) return static_cast<Wide>(*integer);
  if (const auto* real = value->real()) return static_cast<Wide>(*real);
  return std::nullopt;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// For messages: whole values, but not pages of them.
std::string shown(const Json& value) {
  constexpr std::size_t shown_bytes_max = 80;
  std::string text = compact_json(value);
  if (text.size() <= shown_bytes_max) return text;
  std::size_t end = shown_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

bool has_type(const Json& value, std::string_view type) {
  const std::string_view actual = type_name(value);
  return actual == type || (type == "number" && actual == "integer");
}

std::vector<std::string> types_of(const JsonObject& schema) {
  const Json* type = schema.find("type");
  if (!type) return {};
  if (type->string()) return {*type->string()};
  std::vector<std::string> types;
  for (const Json& word : *type->list()) types.push_back(*word.string());
  return types;
}

std::string with_article(std::string_view type) {
  const bool is_vowel = type.starts_with('a') || type.starts_with('i') || type.starts_with('o');
  if (type == "null") return "null";
  return fmt::format("{} {}", is_vowel ? "an" : "a", type);
}

class Validator {
 public:
  std::vector<std::string> take() { return std::move(found_); }

  void check(const Json& value, const JsonObject& schema, const std::string& way) {
    if (!check_type(value, schema, way)) return;
    check_enum(value, schema, way);
    if (number_of(&value)) check_number(value, schema, way);
    if (value.string()) check_string(*value.string(), schema, way);
    if (value.list()) check_list(*value.list(), schema, way);
    if (value.object()) check_object(*value.object(), schema, way);
  }

 private:
  template <typename... Args>
  void add(const std::string& way, fmt::format_string<Args...> format, Args&&... args) {
    const std::string text = fmt::format(format, std::forward<Args>(args)...);
    found_.push_back(way.empty() ? text : fmt::format("{}: {}", way, text));
  }

  bool check_type(const Json& value, const JsonObject& schema, const std::string& way) {
    std::vector<std::string> wanted;
    for (const std::string& type : types_of(schema)) {
      if (has_type(value, type)) return true;
      wanted.push_back(with_article(type));
    }
    if (wanted.empty()) return true;
    if (value.is_null()) {
      add(way, "null is not {}", fmt::join(wanted, " or "));
    } else {
      add(way, "{} is {}, not {}", shown(value), with_article(type_name(value)),
          fmt::join(wanted, " or "));
    }
    return false;
  }

  void check_enum(const Json& value, const JsonObject& schema, const std::string& way) {
    const Json* allowed = schema.find("enum");
    if (!allowed || std::ranges::find(*allowed->list(), value) != allowed->list()->end()) return;
    std::vector<std::string> texts;
    for (const Json& one : *allowed->list()) texts.push_back(shown(one));
    add(way, "{} is none of {}", shown(value), fmt::join(texts, ", "));
  }

  void check_number(const Json& value, const JsonObject& schema, const std::string& way) {
    const Wide number = *number_of(&value);
    const auto limit = [&](const char* word, const char* text, auto is_wrong) {
      const auto bound = number_of(schema.find(word));
      if (bound && is_wrong(number, *bound)) {
        add(way, "{} {} {}", shown(value), text, compact_json(*schema.find(word)));
      }
    };
    limit("minimum", "is under the minimum", std::less<>());
    limit("maximum", "is over the maximum", std::greater<>());
    limit("exclusiveMinimum", "is not over", std::less_equal<>());
    limit("exclusiveMaximum", "is not under", std::greater_equal<>());
    limit("multipleOf", "is no multiple of", [](Wide left, Wide factor) {
      const Wide quotient = left / factor;
      // 0.3 is a multiple of 0.1 to a person, though not in binary.
      return std::fabs(quotient - std::round(quotient)) > 1e-9L;
    });
  }

  void check_count(std::size_t count, const char* low, const char* high, const char* unit,
                   const JsonObject& schema, const std::string& way) {
    const auto minimum = number_of(schema.find(low));
    const auto maximum = number_of(schema.find(high));
    const auto wide = static_cast<Wide>(count);
    if (minimum && wide < *minimum) {
      add(way, "{} {} are fewer than {}", count, unit, compact_json(*schema.find(low)));
    }
    if (maximum && wide > *maximum) {
      add(way, "{} {} are more than {}", count, unit, compact_json(*schema.find(high)));
    }
  }

  void check_string(const std::string& text, const JsonObject& schema, const std::string& way) {
    check_count(characters(text), "minLength", "maxLength", "characters", schema, way);
    const Json* word = schema.find("pattern");
    if (!word) return;
    const auto pattern = Pattern::compile(*word->string());
    GT_CHECK(pattern.ok(), "schemas are checked before values are");
    if (!pattern->is_found_in(text)) {
      add(way, "{} does not match {}", shown(Json(text)), *word->string());
    }
  }

  void check_list(const JsonList& list, const JsonObject& schema, const std::string& way) {
    check_count(list.size(), "minItems", "maxItems", "items", schema, way);
    const Json* unique = schema.find("uniqueItems");
    if (unique && *unique->boolean()) {
      std::set<std::string> seen;
      for (const Json& item : list) {
        if (!seen.insert(canonical_json(item)).second) add(way, "{} stands twice", shown(item));
      }
    }
    const Json* items = schema.find("items");
    if (!items) return;
    for (std::size_t i = 0; i < list.size(); ++i) {
      check(list[i], *items->object(), fmt::format("{}[{}]", way, i));
    }
  }

  void check_object(const JsonObject& object, const JsonObject& schema, const std::string& way) {
    const auto below = [&](const std::string& name) {
      return way.empty() ? name : fmt::format("{}.{}", way, name);
    };
    if (const Json* required = schema.find("required")) {
      for (const Json& name : *required->list()) {
        if (!object.find(*name.string())) add(way, "the member {} is missing", *name.string());
      }
    }
    const Json* properties = schema.find("properties");
    const Json* additional = schema.find("additionalProperties");
    for (const auto& [name, value] : object) {
      const Json* known = properties ? properties->find(name) : nullptr;
      if (known) {
        check(value, *known->object(), below(name));
      } else if (additional && additional->object()) {
        check(value, *additional->object(), below(name));
      } else if (additional && !*additional->boolean()) {
        add(way, "the member {} is unknown", json_quoted(name));
      }
    }
  }

  std::vector<std::string> found_;
};

/// The fields, if the schema says exactly which there are.
std::optional<std::vector<Type::Field>> exact_fields(const JsonObject& schema) {
  const Json* properties = schema.find("properties");
  const Json* additional = schema.find("additionalProperties");
  const Json* required = schema.find("required");
  if (!properties || !required || !additional || !additional->boolean() || *additional->boolean()) {
    return std::nullopt;
  }
  std::vector<Type::Field> fields;
  for (const auto& [name, member] : *properties->object()) {
    const bool is_required =
        std::ranges::find(*required->list(), Json(name)) != required->list()->end();
    if (!is_required) return std::nullopt;
    fields.emplace_back(name, type_of_schema(*member.object()));
  }
  return fields;
}

}  // namespace

std::vector<std::string> violations(const Json& value, const JsonObject& schema) {
  Validator validator;
  validator.check(value, schema, "");
  return validator.take();
}

Type type_of_schema(const JsonObject& schema) {
  const auto types = types_of(schema);
  if (types.size() != 1) return {};
  const std::string& type = types.front();
  if (type == "boolean") return Type::Kind::boolean;
  if (type == "integer") return Type::Kind::integer;
  if (type == "number") return Type::Kind::number;
  if (type == "string") return Type::Kind::string;
  if (type == "array") {
    const Json* items = schema.find("items");
    return Type::list_of(items ? type_of_schema(*items->object()) : Type());
  }
  if (type == "object") {
    auto fields = exact_fields(schema);
    return fields ? Type::object_of(std::move(*fields)) : Type::any_object();
  }
  return {};
}

}  // namespace gt
