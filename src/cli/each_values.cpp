#include "cli/each_values.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "definition/fields.h"
#include "definition/yaml/tree.h"

namespace gt {

namespace {

using Values = std::vector<std::string>;

Error too_many() {
  return error(Errc::invalid, "--each makes more than {} runs (each_runs_max)", each_runs_max);
}

/// A number of a range: as a whole one, and how many digits stand behind its point.
struct Decimal {
  std::int64_t digits = 0;
  int places = 0;
};

std::optional<Decimal> decimal(std::string_view text) {
  constexpr std::size_t digits_max = 15;
  const std::size_t point = text.find('.');
  Decimal number;
  std::string digits(text);
  if (point != std::string_view::npos) {
    number.places = static_cast<int>(text.size() - point - 1);
    digits.erase(point, 1);
    if (number.places == 0 || point == 0 || text[point - 1] == '-') return std::nullopt;
  }
  if (digits.empty() || digits.size() > digits_max) return std::nullopt;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number.digits);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::int64_t scaled(Decimal number, int places) {
  for (; number.places < places; ++number.places) number.digits *= 10;
  return number.digits;
}

std::string text_of(std::int64_t digits, int places, std::size_t width) {
  const bool is_negative = digits < 0;
  std::string text = std::to_string(std::abs(digits));
  const auto behind = static_cast<std::size_t>(places);
  if (text.size() <= behind) text.insert(0, behind + 1 - text.size(), '0');
  if (places > 0) text.insert(text.size() - behind, ".");
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return is_negative ? "-" + text : text;
}

/// "1..12" or "0..1..0.25" in its parts; nullopt for what is no range.
std::optional<std::vector<Decimal>> range_parts(std::string_view text) {
  std::vector<Decimal> parts;
  while (true) {
    const std::size_t dots = text.find("..");
    const auto number = decimal(text.substr(0, dots));
    if (!number) return std::nullopt;
    parts.push_back(*number);
    if (dots == std::string_view::npos) break;
    text.remove_prefix(dots + 2);
  }
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  return parts;
}

/// A text may want `01..12` with its zeros.
std::size_t width_of(const Pipeline& pipeline, std::string_view name, std::string_view text) {
  const auto found = std::ranges::find(pipeline.params, name, &Parameter::name);
  if (found == pipeline.params.end()) return 0;
  const Json* const type = found->schema.find("type");
  if (type == nullptr || type->string() == nullptr || *type->string() != "string") return 0;
  const std::string_view first = text.substr(0, text.find(".."));
  return first.size() > 1 && first[0] == '0' ? first.size() : 0;
}

Result<Values> range(const std::vector<Decimal>& parts, std::string_view text, std::size_t width) {
  int places = 0;
  for (const Decimal& part : parts) places = std::max(places, part.places);
  const std::int64_t first = scaled(parts[0], places), last = scaled(parts[1], places);
  std::int64_t step = parts.size() == 3 ? scaled(parts[2], places) : scaled({1, 0}, places);
  if (parts.size() == 2 && last < first) step = -step;
  if (step == 0 || (first != last && (last > first) != (step > 0)))
    return Error{
        Errc::invalid,
        fmt::format("the step of {} does not lead from its beginning to its end", printable(text)),
        "ranges are written 1..12, 12..1 or 0..1..0.25"};
  if ((last - first) / step >= static_cast<std::int64_t>(each_runs_max)) return too_many();
  Values values;
  for (std::int64_t at = first; step > 0 ? at <= last : at >= last; at += step)
    values.push_back(text_of(at, places, width));
  return values;
}

/// A list as YAML has it, which JSON's are too.
Result<Values> list(std::string_view text) {
  Problems problems;
  const YamlTree tree = parse_yaml(text, problems);
  const auto root = tree.root();
  Values values;
  if (root && root->is(YamlKind::list)) {
    for (const YamlNode item : root->items()) {
      if (item.is_scalar()) {
        values.emplace_back(item.is(YamlKind::null) ? "null" : item.text());
      } else if (const auto json = read_json(item, problems)) {
        values.push_back(compact_json(*json));
      }
    }
  }
  if (has_error(problems) || !root || !root->is(YamlKind::list))
    return Error{Errc::invalid,
                 fmt::format("{} is no list{}", printable(text),
                             problems.empty() ? "" : ": " + problems.front().message),
                 "lists are written [eu, us]"};
  return values;
}

Values lines(std::string_view text) {
  Values values;
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (!line.empty() && !line.starts_with('#')) values.emplace_back(line);
  }
  return values;
}

}  // namespace

Result<EachAxis> parse_each(const Pipeline& pipeline, std::string_view text,
                            const std::function<Result<std::string>(const std::string&)>& read) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return Error{Errc::invalid, fmt::format("--each {} is no NAME=VALUES", printable(text)),
                 "write --each month=1..12"};
  EachAxis axis{std::string(text.substr(0, equals)), {}};
  const std::string_view values = text.substr(equals + 1);
  if (values.starts_with('@')) {
    const std::string content = TRY(read(std::string(values.substr(1))));
    axis.values = lines(content);
  } else if (values.starts_with('[')) {
    axis.values = TRY(list(values));
  } else if (const auto parts = range_parts(values)) {
    axis.values = TRY(range(*parts, values, width_of(pipeline, axis.name, values)));
  } else {
    for (const std::string_view value : split(values, ',')) axis.values.emplace_back(value);
  }
  if (axis.values.empty()) return error(Errc::invalid, "--each {} has no values", printable(text));
  if (axis.values.size() > each_runs_max) return too_many();
  return axis;
}

Result<std::vector<std::vector<std::string>>> combinations(const std::vector<EachAxis>& axes) {
  std::vector<std::vector<std::string>> all = {{}};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    for (std::size_t before = 0; before < i; ++before)
      if (axes[before].name == axes[i].name)
        return error(Errc::invalid, "--each {} stands twice", printable(axes[i].name));
    if (all.size() * axes[i].values.size() > each_runs_max) return too_many();
    std::vector<std::vector<std::string>> longer;
    longer.reserve(all.size() * axes[i].values.size());
    for (const auto& one : all) {
      for (const std::string& value : axes[i].values) {
        longer.push_back(one);
        longer.back().push_back(axes[i].name + "=" + value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

}  // namespace gt
