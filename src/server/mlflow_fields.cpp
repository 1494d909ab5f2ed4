#include "server/mlflow_fields.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace gt {

namespace {

/// "runId" for "run_id".
std::string camel_case(std::string_view name) {
  std::string camel;
  bool is_next_large = false;
  for (const char c : name) {
    if (c == '_') {
      is_next_large = true;
      continue;
    }
    camel += is_next_large && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    is_next_large = false;
  }
  return camel;
}

std::optional<std::int64_t> whole_number(const Json& value) {
  if (value.integer() != nullptr) return *value.integer();
  if (value.string() != nullptr) return parse_whole_number(*value.string());
  constexpr double limit = 0x1p63;
  if (value.real() != nullptr && std::trunc(*value.real()) == *value.real() &&
      *value.real() >= -limit && *value.real() < limit)
    return static_cast<std::int64_t>(*value.real());
  return std::nullopt;
}

std::optional<double> number_of(const Json& value) {
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  if (value.real() != nullptr) return *value.real();
  if (value.string() == nullptr) return std::nullopt;
  const std::string& text = *value.string();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  // from_chars also takes "inf" and "nan".
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size() ||
      !std::isfinite(number))
    return std::nullopt;
  return number;
}

JsonObject query_of(const HttpRequest& request) {
  JsonObject members;
  for (const auto& [name, value] : request.target.query) {
    Json* const there = members.find(name);
    if (there == nullptr)
      members.set(name, value);
    else if (there->list() != nullptr)
      there->list()->emplace_back(value);
    else
      members.set(name, JsonList{*there, Json(value)});
  }
  return members;
}

bool is_json(const HttpRequest& request) {
  const std::string* const type = request.headers.find("Content-Type");
  if (type == nullptr) return false;
  return equal_in_any_case(trim(std::string_view(*type).substr(0, type->find(';'))),
                           "application/json");
}

}  // namespace

Result<MlflowFields> MlflowFields::of(const HttpRequest& request) {
  if (request.method == HttpMethod::get) return MlflowFields(query_of(request));
  if (!is_json(request) && (request.method != HttpMethod::delete_ || !request.body.empty()))
    return error(Errc::invalid, "Bad Request. Content-Type must be 'application/json'");
  if (trim(request.body).empty()) return MlflowFields(query_of(request));
  Json body = TRY(parse_json(request.body).context("the body"));
  if (body.object() == nullptr) return error(Errc::invalid, "the body is not an object");
  return MlflowFields(std::move(*body.object()));
}

Result<const Json*> MlflowFields::find(std::string_view name) const {
  const Json* snake = members_.find(name);
  const std::string other = camel_case(name);
  const Json* camel = other == name ? nullptr : members_.find(other);
  if (snake != nullptr && snake->is_null()) snake = nullptr;
  if (camel != nullptr && camel->is_null()) camel = nullptr;
  if (snake != nullptr && camel != nullptr)
    return error(Errc::invalid, "{}{} stands there twice, also as {}", place_, name, other);
  return snake != nullptr ? snake : camel;
}

Error MlflowFields::wrong(std::string_view name, std::string_view expected) const {
  return error(Errc::invalid, "Invalid value for parameter '{}{}': it is not {}", place_, name,
               expected);
}

Error MlflowFields::missing(std::string_view name) const {
  return error(Errc::invalid, "Missing value for required parameter '{}{}'", place_, name);
}

Result<std::optional<std::string>> MlflowFields::text(std::string_view name) const {
  const Json* const value = TRY(find(name));
  if (value == nullptr) return std::optional<std::string>();
  if (value->string() == nullptr) return wrong(name, "a string");
  return std::optional(*value->string());
}

Result<std::string> MlflowFields::required_text(std::string_view name) const {
  auto value = TRY(text(name));
  if (!value || value->empty()) return missing(name);
  return *std::move(value);
}

Result<std::optional<std::int64_t>> MlflowFields::integer(std::string_view name) const {
  const Json* const value = TRY(find(name));
  if (value == nullptr) return std::optional<std::int64_t>();
  const auto number = whole_number(*value);
  if (!number) return wrong(name, "a whole number");
  return number;
}

Result<std::int64_t> MlflowFields::required_integer(std::string_view name) const {
  const auto value = TRY(integer(name));
  if (!value) return missing(name);
  return *value;
}

Result<double> MlflowFields::required_number(std::string_view name) const {
  const Json* const value = TRY(find(name));
  if (value == nullptr) return missing(name);
  const auto number = number_of(*value);
  if (!number) return wrong(name, "a number");
  return *number;
}

Result<std::vector<std::string>> MlflowFields::texts(std::string_view name) const {
  std::vector<std::string> all;
  const Json* const value = TRY(find(name));
  if (value == nullptr) return all;
  if (value->string() != nullptr) return std::vector{*value->string()};
  if (value->list() == nullptr) return wrong(name, "a list of strings");
  for (const Json& one : *value->list()) {
    if (one.string() == nullptr) return wrong(name, "a list of strings");
    all.push_back(*one.string());
  }
  return all;
}

Result<std::vector<MlflowFields>> MlflowFields::objects(std::string_view name) const {
  std::vector<MlflowFields> all;
  const Json* const value = TRY(find(name));
  if (value == nullptr) return all;
  if (value->list() == nullptr) return wrong(name, "a list of objects");
  for (const Json& one : *value->list()) {
    if (one.object() == nullptr) return wrong(name, "a list of objects");
    all.emplace_back(*one.object(), fmt::format("{}{}[{}].", place_, name, all.size()));
  }
  return all;
}

Result<std::optional<MlflowFields>> MlflowFields::object(std::string_view name) const {
  const Json* const value = TRY(find(name));
  if (value == nullptr) return std::optional<MlflowFields>();
  if (value->object() == nullptr) return wrong(name, "an object");
  return std::optional(MlflowFields(*value->object(), fmt::format("{}{}.", place_, name)));
}

Result<std::string> MlflowFields::run_id() const {
  auto id = TRY(text("run_id"));
  if (!id || id->empty()) id = TRY(text("run_uuid"));
  if (!id || id->empty()) return missing("run_id");
  return *std::move(id);
}

Result<std::int64_t> MlflowFields::experiment_id() const {
  const std::string id = TRY(required_text("experiment_id"));
  return parse_experiment_id(id);
}

Result<std::int64_t> MlflowFields::page_size(std::int64_t usual, std::int64_t most) const {
  const auto size = TRY(integer("max_results"));
  if (size && (*size < 1 || *size > most))
    return error(Errc::invalid,
                 "Invalid value for parameter 'max_results': it must be from 1 to {}, and is {}",
                 most, *size);
  return size.value_or(usual);
}

Result<std::int64_t> parse_experiment_id(std::string_view text) {
  const auto id = parse_whole_number(text);
  if (!id || *id < 0)
    return error(Errc::invalid, "Invalid experiment id: '{}' is not a number", printable(text));
  return *id;
}

}  // namespace gt
