#include "execute/values_file.h"

#include "base/text.h"

namespace gt {

namespace {

bool has_type(const Json& value, ValueType type) {
  switch (type) {
    case ValueType::any:
      return true;
    case ValueType::boolean:
      return value.boolean() != nullptr;
    case ValueType::integer:
      return value.integer() != nullptr;
    case ValueType::number:
      return value.integer() != nullptr || value.real() != nullptr;
    case ValueType::string:
      return value.string() != nullptr;
    case ValueType::array:
      return value.list() != nullptr;
    case ValueType::object:
      return value.object() != nullptr;
  }
  return false;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t shown_max = 60;
  if (text.size() <= shown_max) return printable(text);
  return printable(text.substr(0, shown_max)) + "…";
}

}  // namespace

Result<std::map<std::string, std::string>> parse_values_file(std::string_view text) {
  std::map<std::string, std::string> values;
  std::size_t number = 0;
  for (auto line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty()) continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
      return error(Errc::invalid, "line {} of the values file is not `name=json`: {}", number,
                   shortened(line));
    const auto name = trim(line.substr(0, equals));
    const auto value = line.substr(equals + 1);
    if (value.size() > value_bytes_max)
      return error(
          Errc::exhausted,
          "the value {} has {} bytes, more than {} (limit value_bytes_max); what is larger "
          "is given as an output with a path",
          printable(name), value.size(), value_bytes_max);
    values.insert_or_assign(std::string(name), std::string(value));
  }
  return values;
}

Result<Json> parse_value(std::string_view text, ValueType type) {
  if (type == ValueType::string && !text.starts_with('"')) {
    if (!is_utf8(text)) return error(Errc::invalid, "it is no UTF-8 text");
    return Json(text);
  }
  auto value = parse_json(text);
  if (!value)
    return error(Errc::invalid, "{} is no JSON ({}); {} was declared", shortened(text),
                 value.error().message, to_text(type));
  if (!has_type(*value, type))
    return error(Errc::invalid, "{} is of type {}; {} was declared", shortened(text),
                 type_name(*value), to_text(type));
  return value;
}

}  // namespace gt
