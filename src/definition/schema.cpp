#include "definition/schema.h"

#include <fmt/format.h>
#include <utility>

#include "definition/keys.h"
#include "definition/limits.h"
#include "definition/pipeline.h"

namespace gt {
namespace {

constexpr const char* name_pattern = "^[A-Za-z_][A-Za-z0-9_-]{0,127}$";
constexpr const char* variable_pattern = "^[A-Za-z_][A-Za-z0-9_]{0,127}$";

Json reference_to(std::string_view definition) {
  return JsonObject{{"$ref", fmt::format("#/$defs/{}", definition)}};
}

Json fragment(std::string_view text) {
  auto json = parse_json(text);
  GT_CHECK(json.ok(), "schemas of the key tables are JSON");
  return *std::move(json);
}

Json words(const std::vector<std::string>& all) {
  JsonList list;
  for (const std::string& word : all) list.emplace_back(word);
  return JsonObject{{"enum", std::move(list)}};
}

Json one_or_many(const Json& schema) {
  return JsonObject{{"anyOf", JsonList{schema, JsonObject{{"type", "array"}, {"items", schema}}}}};
}

Json any_of(JsonList schemas) { return JsonObject{{"anyOf", std::move(schemas)}}; }

/// A mapping whose keys are names.
Json named(Json values) {
  return JsonObject{{"type", "object"},
                    {"propertyNames", JsonObject{{"pattern", name_pattern}}},
                    {"additionalProperties", std::move(values)}};
}

Json schema_of_key(const Key& key) {
  Json schema = fragment(key.schema);
  schema.object()->set("description", std::string(key.summary));
  return schema;
}

Json schema_of_table(const KeyTable& table) {
  JsonObject properties;
  JsonList required;
  for (const Key& key : table.keys) {
    properties.set(std::string(key.name), schema_of_key(key));
    if (key.is_required) required.emplace_back(std::string(key.name));
  }
  JsonObject schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema.set("required", std::move(required));
  schema.set("additionalProperties", false);
  return schema;
}

Json matrix_schema() {
  Json expression = JsonObject{{"type", "string"}, {"pattern", "\\$\\{\\{"}};
  Json axis = any_of({JsonObject{{"type", "array"}}, std::move(expression)});
  Json matrix = named(std::move(axis));
  matrix.object()->set("minProperties", 1);
  return matrix;
}

Json inputs_schema() {
  Json literal = JsonObject{{"type", JsonList{"string", "number", "boolean", "array", "null"}}};
  return named(any_of({std::move(literal), reference_to("input")}));
}

Json variables_schema() {
  Json inherit = JsonObject{{"type", "array"}, {"items", JsonObject{{"type", "string"}}}};
  Json value = JsonObject{{"type", JsonList{"string", "number", "boolean"}}};
  Json names =
      JsonObject{{"pattern", variable_pattern}, {"not", JsonObject{{"pattern", "^GEARTRAIN_"}}}};
  return JsonObject{{"type", "object"},
                    {"propertyNames", std::move(names)},
                    {"properties", JsonObject{{"inherit", any_of({std::move(inherit), value})}}},
                    {"additionalProperties", value}};
}

Json types_schema() {
  return one_or_many(words({"boolean", "integer", "number", "string", "array", "object", "null"}));
}

Json output_types() {
  auto all = artifact_type_words();
  for (std::string& word : value_type_words()) all.push_back(std::move(word));
  return words(all);
}

Json duration_schema() {
  std::string pattern = "^";
  for (const char* unit : {"d", "h", "m", "s", "ms", "us"}) {
    pattern += fmt::format("([0-9]+(\\.[0-9]+)?{})?", unit);
  }
  return JsonObject{{"type", "string"}, {"minLength", 1}, {"pattern", pattern + "$"}};
}

/// Exactly one of the rules; what asks the clocks goes with a cron expression only, and what is
/// about times not with events.
Json trigger_rules() {
  const auto requiring = [](const char* key) { return JsonObject{{"required", JsonList{key}}}; };
  const Json has_other =
      any_of({requiring("schedule"), requiring("missing"), requiring("duplicate")});
  Json by_schedule = requiring("schedule");
  by_schedule.object()->set("not", requiring("every"));
  Json by_interval = requiring("every");
  by_interval.object()->set("not", has_other);
  const auto by_event = [&](const char* rule, std::vector<const char*> others) {
    for (const char* key : {"schedule", "every", "timezone", "start", "end", "missing", "duplicate",
                            "catchup", "catchup_max"})
      others.push_back(key);
    JsonList wrong;
    for (const char* key : others) wrong.push_back(requiring(key));
    JsonObject shape = requiring(rule);
    shape.set("not", any_of(std::move(wrong)));
    return shape;
  };
  JsonList event_keys;
  for (const char* key : {"pipeline", "states", "webhook", "file", "stable", "assets", "if"})
    event_keys.push_back(requiring(key));
  for (Json* one : {&by_schedule, &by_interval}) {
    const Json before = *one->object()->find("not");
    one->object()->set("not", any_of({before, any_of(event_keys)}));
  }
  return JsonList{std::move(by_schedule),
                  std::move(by_interval),
                  by_event("pipeline", {"webhook", "file", "stable", "assets"}),
                  by_event("webhook", {"pipeline", "states", "file", "stable", "assets"}),
                  by_event("file", {"pipeline", "states", "webhook", "assets"}),
                  by_event("assets", {"pipeline", "states", "webhook", "file", "stable"})};
}

/// Rules of which a rule is made.
Json asset_list() {
  return JsonObject{{"type", "array"}, {"items", reference_to("assets")}, {"minItems", 1}};
}

/// Exactly one condition.
Json wait_rules() {
  JsonList kinds;
  for (const char* kind : wait_kinds) kinds.push_back(JsonObject{{"required", JsonList{kind}}});
  return kinds;
}

JsonObject definitions() {
  JsonObject all;
  all.set("name", JsonObject{{"type", "string"}, {"pattern", name_pattern}});
  all.set("pool_slots", [] {
    Json slots = named(JsonObject{{"type", "integer"}, {"minimum", 1}, {"maximum", 1000000}});
    slots.object()->set("minProperties", 1);
    return slots;
  }());
  all.set("texts", one_or_many(JsonObject{{"type", "string"}}));
  all.set("duration", duration_schema());
  all.set("steps", [] {
    Json steps = named(
        any_of({reference_to("step"), reference_to("group_step"), reference_to("pipeline_step"),
                reference_to("wait_step"), reference_to("approve_step")}));
    steps.object()->set("minProperties", 1);
    return steps;
  }());
  all.set("params", named(reference_to("parameter")));
  all.set("members",
          JsonObject{{"type", "object"}, {"additionalProperties", reference_to("parameter")}});
  all.set("inputs", inputs_schema());
  all.set("outputs", named(reference_to("output")));
  all.set("variables", variables_schema());
  all.set("matrix", matrix_schema());
  all.set("types", types_schema());
  all.set("output_type", output_types());
  all.set("trigger_rule", words(trigger_rule_words()));
  all.set("priority_rule", words(priority_rule_words()));
  all.set("backoff", words(backoff_words()));
  all.set("causes", one_or_many(words(cause_words())));
  all.set("triggers", named(reference_to("trigger")));
  all.set("missing_time", words(missing_time_words()));
  all.set("duplicate_time", words(duplicate_time_words()));
  all.set("catchup", words(catchup_words()));
  all.set("overlap", words(overlap_words()));
  all.set("run_ends", one_or_many(words(run_end_words())));
  all.set("assets", any_of({reference_to("name"), reference_to("asset_rule"), asset_list()}));
  all.set("asset_rules", any_of({reference_to("name"), asset_list()}));
  all.set("webhook_form", words(webhook_form_words()));
  all.set("notification_kinds", one_or_many(words(notification_kind_words())));
  all.set("unmet", words(unmet_words()));
  all.set("overdue", words(overdue_words()));
  all.set("run_failure", words(run_failure_words()));
  all.set("wait_method", words(wait_method_words()));
  all.set("statuses",
          one_or_many(JsonObject{{"type", "integer"}, {"minimum", 100}, {"maximum", 599}}));
  all.set("decision", words(decision_words()));
  all.set("exit_code", JsonObject{{"type", "integer"}, {"minimum", 1}, {"maximum", 255}});
  for (const KeyTable* table : key_tables()) {
    if (table != &pipeline_keys) all.set(std::string(table->name), schema_of_table(*table));
  }
  all.find(trigger_keys.name)->object()->set("anyOf", trigger_rules());
  for (const auto& [word, limit] : {std::pair("minProperties", 1), {"maxProperties", 1}})
    all.find(asset_rule_keys.name)->object()->set(word, limit);
  all.find(wait_keys.name)->object()->set("oneOf", wait_rules());
  return all;
}

}  // namespace

Json pipeline_file_schema() {
  JsonObject schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"title", "Geartrain pipeline file"}};
  const Json pipeline = schema_of_table(pipeline_keys);
  for (const auto& [word, value] : *pipeline.object()) {
    // The steps may stand in files that are included.
    if (word == "required")
      schema.set("anyOf", JsonList{JsonObject{{"required", value}},
                                   JsonObject{{"required", JsonList{"include"}}}});
    else
      schema.set(word, value);
  }
  schema.set("$defs", definitions());
  return schema;
}

Json receivers_file_schema() {
  JsonObject shared;
  shared.set("name", JsonObject{{"type", "string"}, {"pattern", name_pattern}});
  shared.set("texts", one_or_many(JsonObject{{"type", "string"}}));
  shared.set("notification_kinds", one_or_many(words(notification_kind_words())));
  shared.set("mail_encryption", words(mail_encryption_words()));
  shared.set("receivers", named(reference_to("receiver")));
  for (const KeyTable* table : receivers_key_tables())
    if (table != &receivers_keys) shared.set(std::string(table->name), schema_of_table(*table));
  JsonList ways;
  for (const char* way : {"webhook", "slack", "mail"})
    ways.push_back(JsonObject{{"required", JsonList{way}}});
  shared.find(receiver_keys.name)->object()->set("oneOf", std::move(ways));
  JsonObject schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"title", "Geartrain receivers"}};
  const Json file = schema_of_table(receivers_keys);
  for (const auto& [word, value] : *file.object()) schema.set(word, value);
  schema.set("$defs", std::move(shared));
  return schema;
}

}  // namespace gt
