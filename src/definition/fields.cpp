#include "definition/fields.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "definition/limits.h"
#include "definition/problems.h"
#include "definition/yaml/core_schema.h"

namespace gt {
namespace {

std::string did_you_mean(std::string_view word) {
  return word.empty() ? "" : fmt::format("did you mean `{}`?", word);
}

/// Also when it is a word of another tool; empty if nothing is near.
std::string probable_key(std::string_view word, const std::vector<std::string>& candidates) {
  std::string familiar(familiar_key(word));
  if (std::ranges::find(candidates, familiar) != candidates.end()) return familiar;
  return nearest(word, candidates).value_or("");
}

std::string one_of(const std::vector<std::string>& words) {
  return fmt::format("one of {}", fmt::join(words, ", "));
}

/// Numbers without a needless ".0".
std::string plain_number(double value) { return fmt::format("{:.15g}", value); }

}  // namespace

void add_wrong_kind(YamlNode node, std::string_view what, std::string_view expected,
                    Problems& problems) {
  problems.push_back(error_problem(node.position(),
                                   fmt::format("{} is {}", what, describe(node.kind())),
                                   std::string(expected)));
}

std::string add_unknown(YamlNode key, std::string_view kind,
                        const std::vector<std::string>& candidates, Problems& problems) {
  std::string probable = probable_key(key.text(), candidates);
  problems.push_back(
      error_problem(key.position(), fmt::format("unknown {} `{}`", kind, printable(key.text())),
                    probable.empty() ? one_of(candidates) : "", did_you_mean(probable)));
  return probable;
}

bool check_keys(YamlNode node, const KeyTable& table, std::string_view what, Problems& problems) {
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, what, "a mapping", problems);
    return false;
  }
  const std::size_t problems_before = problems.size();
  // A misspelt key is not missing as well.
  std::vector<std::string> misspelt;
  for (const YamlEntry entry : node.entries()) {
    if (table.find(entry.key.text())) continue;
    misspelt.push_back(add_unknown(entry.key, "key", table.names(), problems));
  }
  for (const Key& key : table.keys) {
    if (!key.is_required || node.is_incomplete() || node.find(key.name)) continue;
    if (std::ranges::find(misspelt, key.name) != misspelt.end()) continue;
    problems.push_back(
        error_problem(node.position(), fmt::format("{} has no `{}`", what, key.name)));
  }
  return problems.size() == problems_before;
}

bool check_size(YamlNode node, std::string_view what, Problems& problems) {
  using definition_limits::entries_max;
  if (node.size() <= entries_max) return true;
  problems.push_back(error_problem(node.position(),
                                   fmt::format("{} has more than {} entries", what, entries_max),
                                   "fewer", "the limit is entries_max"));
  return false;
}

std::optional<std::string> read_text(YamlNode node, std::string_view what, Problems& problems) {
  if (!node.is(YamlKind::text)) {
    const bool is_typed = node.is_scalar() && !node.is(YamlKind::null);
    problems.push_back(
        error_problem(node.position(), fmt::format("{} is {}", what, describe(node.kind())), "text",
                      is_typed ? fmt::format("put it into quotes: \"{}\"", node.text()) : ""));
    return std::nullopt;
  }
  if (node.text().find("${{") != std::string_view::npos) {
    problems.push_back(error_problem(
        node.position(), fmt::format("{} cannot hold an expression", what), "text without ${{ }}"));
    return std::nullopt;
  }
  return std::string(node.text());
}

std::optional<std::string> read_name(YamlNode node, std::string_view what, Problems& problems) {
  if (node.is_scalar() && is_name(node.text())) return std::string(node.text());
  problems.push_back(error_problem(
      node.position(),
      node.is_scalar() ? fmt::format("{} `{}` is no name", what, printable(node.text()))
                       : fmt::format("{} is {}", what, describe(node.kind())),
      "a letter or `_`, then letters, digits, `_` and `-`, at most 128"));
  return std::nullopt;
}

std::optional<bool> read_boolean(YamlNode node, std::string_view what, Problems& problems) {
  if (node.is(YamlKind::boolean)) return scalar_is_true(node.text());
  add_wrong_kind(node, what, "true or false", problems);
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(YamlNode node, std::string_view what, std::int64_t minimum,
                                         std::int64_t maximum, Problems& problems) {
  std::string expected = fmt::format("an integer from {} to {}", minimum, maximum);
  if (!node.is(YamlKind::integer)) {
    add_wrong_kind(node, what, expected, problems);
    return std::nullopt;
  }
  const auto value = scalar_number(YamlKind::integer, node.text());
  if (!value || *value->integer() < minimum || *value->integer() > maximum) {
    problems.push_back(error_problem(node.position(), fmt::format("{} is {}", what, node.text()),
                                     std::move(expected)));
    return std::nullopt;
  }
  return *value->integer();
}

std::optional<double> read_number(YamlNode node, std::string_view what, double minimum,
                                  double maximum, Problems& problems) {
  std::string expected =
      fmt::format("a number from {} to {}", plain_number(minimum), plain_number(maximum));
  if (!node.is(YamlKind::integer) && !node.is(YamlKind::real)) {
    add_wrong_kind(node, what, expected, problems);
    return std::nullopt;
  }
  const auto json = scalar_number(node.kind(), node.text());
  if (json) {
    const double value = json->real() ? *json->real() : static_cast<double>(*json->integer());
    if (value >= minimum && value <= maximum) return value;
  }
  problems.push_back(error_problem(node.position(), fmt::format("{} is {}", what, node.text()),
                                   std::move(expected)));
  return std::nullopt;
}

std::optional<Duration> read_duration(YamlNode node, std::string_view what, Problems& problems) {
  constexpr std::string_view expected = "a time with its unit, as in 90s, 20m or 1h30m";
  if (node.is(YamlKind::integer) || node.is(YamlKind::real)) {
    problems.push_back(error_problem(node.position(), fmt::format("{} has no unit", what),
                                     std::string(expected),
                                     fmt::format("for seconds write {}s", node.text())));
    return std::nullopt;
  }
  if (!node.is(YamlKind::text)) {
    add_wrong_kind(node, what, expected, problems);
    return std::nullopt;
  }
  auto duration = parse_duration(node.text());
  if (duration) return *duration;
  problems.push_back(error_problem(node.position(),
                                   fmt::format("{}: {}", what, duration.error().message),
                                   std::string(expected), duration.error().hint));
  return std::nullopt;
}

void add_unknown_word(YamlNode node, std::string_view what, const std::vector<std::string>& words,
                      Problems& problems) {
  if (!node.is_scalar() || node.is(YamlKind::null)) {
    add_wrong_kind(node, what, one_of(words), problems);
    return;
  }
  problems.push_back(
      error_problem(node.position(), fmt::format("{} is `{}`", what, printable(node.text())),
                    one_of(words), did_you_mean(nearest(node.text(), words).value_or(""))));
}

void for_each_text(YamlNode node, std::string_view what, Problems& problems,
                   const std::function<void(YamlNode, std::string)>& visit) {
  if (!node.is(YamlKind::list)) {
    if (auto text = read_text(node, what, problems)) visit(node, std::move(*text));
    return;
  }
  for (const YamlNode item : node.items()) {
    if (auto text = read_text(item, fmt::format("an item of {}", what), problems)) {
      visit(item, std::move(*text));
    }
  }
}

std::optional<Template> read_template(YamlNode node, std::string_view what, Problems& problems) {
  if (node.is(YamlKind::text)) return Template::parse(node.text(), node.origin(), problems);
  if (node.is_scalar() && !node.is(YamlKind::null)) {
    return Template::literal(std::string(node.text()));
  }
  add_wrong_kind(node, what, "text", problems);
  return std::nullopt;
}

namespace {

bool has_expression(YamlNode node) {
  if (node.is(YamlKind::text)) return node.text().find("${{") != std::string_view::npos;
  for (const YamlNode item : node.items()) {
    if (has_expression(item)) return true;
  }
  for (const YamlEntry entry : node.entries()) {
    if (has_expression(entry.key) || has_expression(entry.value)) return true;
  }
  return false;
}

std::optional<Template> read_list_template(YamlNode node, std::string_view what,
                                           Problems& problems) {
  if (!check_size(node, what, problems)) return std::nullopt;
  std::vector<Template> items;
  items.reserve(node.size());
  bool is_good = true;
  for (const YamlNode item : node.items()) {
    auto read = read_typed_template(item, what, problems);
    is_good &= read.has_value();
    if (read) items.push_back(std::move(*read));
  }
  if (!is_good) return std::nullopt;
  return Template::list_of(std::move(items), node.origin());
}

}  // namespace

std::optional<Template> read_typed_template(YamlNode node, std::string_view what,
                                            Problems& problems) {
  if (node.is(YamlKind::text)) return Template::parse(node.text(), node.origin(), problems);
  if (has_expression(node)) {
    if (node.is(YamlKind::list)) return read_list_template(node, what, problems);
    problems.push_back(error_problem(
        node.position(), fmt::format("an expression in a mapping inside {}", what),
        "one expression that gives the whole", "write \"${{ {name: steps.x.outputs.y} }}\""));
    return std::nullopt;
  }
  const auto json = read_json(node, problems);
  if (!json) return std::nullopt;
  const std::string written = canonical_json(*json);
  // What has a type of its own is an expression with that value.
  const std::string value =
      node.is_scalar() ? written : fmt::format("from_json({})", json_quoted(written));
  return Template::parse("${{ " + value + " }}", {node.position(), 1}, problems);
}

std::optional<Json> read_json(YamlNode node, Problems& problems) {
  switch (node.kind()) {
    case YamlKind::null:
      return Json();
    case YamlKind::boolean:
      return Json(scalar_is_true(node.text()));
    case YamlKind::text:
      return Json(node.text());
    case YamlKind::integer:
    case YamlKind::real: {
      auto number = scalar_number(node.kind(), node.text());
      if (number) return *std::move(number);
      problems.push_back(error_problem(node.position(), number.error().message));
      return std::nullopt;
    }
    case YamlKind::list: {
      JsonList list;
      bool is_good = true;
      for (const YamlNode item : node.items()) {
        auto value = read_json(item, problems);
        if (value) list.push_back(std::move(*value));
        is_good &= value.has_value();
      }
      return is_good ? std::optional(Json(std::move(list))) : std::nullopt;
    }
    case YamlKind::mapping: {
      JsonObject object;
      bool is_good = true;
      for (const YamlEntry entry : node.entries()) {
        auto value = read_json(entry.value, problems);
        if (value) object.set(std::string(entry.key.text()), std::move(*value));
        is_good &= value.has_value();
      }
      return is_good ? std::optional(Json(std::move(object))) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace gt
