#include "run/run_json.h"

namespace gt {

namespace {

Json names_json(const std::vector<std::string>& names) {
  JsonList list;
  for (const std::string& name : names) list.emplace_back(name);
  return list;
}

Error damaged(std::string_view what) {
  return error(Errc::internal, "the database has a damaged record of {}", what);
}

std::vector<std::string> parse_names(const Json* json) {
  std::vector<std::string> names;
  if (json && json->list())
    for (const Json& name : *json->list())
      if (const std::string* text = name.string()) names.push_back(*text);
  return names;
}

}  // namespace

std::string options_text(const RunOptions& options) {
  JsonObject object;
  object.set("only", names_json(options.only));
  object.set("from", names_json(options.from));
  object.set("refresh", names_json(options.refresh));
  object.set("no_cache", options.no_cache);
  if (!options.inputs_from.empty()) object.set("inputs_from", options.inputs_from);
  if (options.priority) object.set("priority", *options.priority);
  return compact_json(object);
}

Result<RunOptions> parse_options(const std::string& text) {
  const Json json = TRY(parse_json(text));
  RunOptions options;
  options.only = parse_names(json.find("only"));
  options.from = parse_names(json.find("from"));
  options.refresh = parse_names(json.find("refresh"));
  const Json* no_cache = json.find("no_cache");
  options.no_cache = no_cache && no_cache->boolean() && *no_cache->boolean();
  const Json* inputs_from = json.find("inputs_from");
  if (inputs_from && inputs_from->string()) options.inputs_from = *inputs_from->string();
  if (const Json* priority = json.find("priority"); priority && priority->integer())
    options.priority = *priority->integer();
  return options;
}

Result<std::string> values_text(const std::vector<Value>& values) {
  JsonList list;
  for (const Value& value : values) list.push_back(TRY(to_record(value)));
  return compact_json(list);
}

Result<std::vector<Value>> parse_values(const std::string& text) {
  const Json json = TRY(parse_json(text));
  if (!json.list()) return damaged("outputs");
  std::vector<Value> values;
  for (const Json& record : *json.list()) values.push_back(TRY(from_record(record)));
  return values;
}

Result<std::string> named_values_text(const ValueObject& values) {
  const Json recorded = TRY(to_record(Value(values)));
  return compact_json(recorded);
}

Result<ValueObject> parse_named_values(const std::string& text) {
  const Json json = TRY(parse_json(text));
  const Value values = TRY(from_record(json));
  if (values.object() == nullptr) return damaged("values");
  return *values.object();
}

Result<std::string> items_text(const std::vector<std::vector<Value>>& items) {
  JsonList list;
  for (const auto& item : items) {
    JsonList values;
    for (const Value& value : item) values.push_back(TRY(to_record(value)));
    list.emplace_back(std::move(values));
  }
  return compact_json(list);
}

Result<std::vector<std::vector<Value>>> parse_items(const std::string& text) {
  const Json json = TRY(parse_json(text));
  if (!json.list()) return damaged("a matrix");
  std::vector<std::vector<Value>> items;
  for (const Json& item : *json.list()) {
    if (!item.list()) return damaged("a matrix");
    std::vector<Value>& values = items.emplace_back();
    for (const Json& record : *item.list()) values.push_back(TRY(from_record(record)));
  }
  return items;
}

std::string order_text(const std::vector<std::int32_t>& order) {
  JsonList list;
  for (const std::int32_t place : order) list.emplace_back(std::int64_t{place});
  return compact_json(list);
}

Result<std::vector<std::int32_t>> parse_order(const std::string& text) {
  const Json json = TRY(parse_json(text));
  if (!json.list()) return damaged("a matrix");
  std::vector<std::int32_t> order;
  for (const Json& place : *json.list()) {
    if (!place.integer()) return damaged("a matrix");
    order.push_back(static_cast<std::int32_t>(*place.integer()));
  }
  return order;
}

std::string failure_text(const AttemptFailed& failure) {
  JsonObject object;
  object.set("cause", to_text(failure.cause));
  object.set("message", failure.message);
  object.set("exit_code", failure.exit_code ? Json(*failure.exit_code) : Json());
  object.set("signal", failure.signal ? Json(*failure.signal) : Json());
  return compact_json(object);
}

Result<AttemptFailed> parse_failure(const std::string& text) {
  const Json json = TRY(parse_json(text));
  const Json* cause = json.find("cause");
  const auto parsed = cause && cause->string() ? parse_cause(*cause->string()) : std::nullopt;
  if (!parsed) return damaged("a failure");
  AttemptFailed failure{*parsed, {}, {}, {}};
  const auto number = [&](const char* key) -> std::optional<int> {
    const Json* value = json.find(key);
    if (!value || !value->integer()) return std::nullopt;
    return static_cast<int>(*value->integer());
  };
  if (const Json* message = json.find("message"); message && message->string())
    failure.message = *message->string();
  failure.exit_code = number("exit_code");
  failure.signal = number("signal");
  return failure;
}

const char* to_text(CancelMode mode) {
  switch (mode) {
    case CancelMode::none:
      return "none";
    case CancelMode::terminate:
      return "terminate";
    case CancelMode::kill:
      return "kill";
  }
  return "none";
}

CancelMode parse_cancel_mode(std::string_view text) {
  if (text == "kill") return CancelMode::kill;
  return text == "terminate" ? CancelMode::terminate : CancelMode::none;
}

}  // namespace gt
