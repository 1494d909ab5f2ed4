#include "settings/settings_schema.h"

namespace gt {

namespace {

Json schema_of(const Setting& setting) {
  JsonObject schema;
  switch (setting.type) {
    case SettingType::integer:
      schema = {{"type", "integer"}, {"minimum", setting.minimum}, {"maximum", setting.maximum}};
      break;
    case SettingType::size:
      schema = {{"type", JsonList{"integer", "string"}},
                {"pattern", R"(^[0-9]+(\.[0-9]+)?([KMGT]i?)?$)"}};
      break;
    case SettingType::duration:
      schema = {{"type", "string"}, {"pattern", "^([0-9]+(\\.[0-9]+)?(d|h|m|s|ms|us))+$"}};
      break;
    case SettingType::retention:
      schema = {{"type", JsonList{"integer", "string"}},
                {"minimum", setting.minimum},
                {"pattern", "^([0-9]+|([0-9]+(\\.[0-9]+)?(d|h|m|s|ms|us))+)$"}};
      break;
    case SettingType::word: {
      JsonList words;
      for (const std::string_view word : setting.words) words.emplace_back(std::string(word));
      schema = {{"enum", std::move(words)}};
      break;
    }
    case SettingType::devices:
    case SettingType::address:
      schema = {{"type", JsonList{"integer", "string"}}};
      break;
    case SettingType::url:
    case SettingType::path:
    case SettingType::command:
      schema = {{"type", "string"}};
      break;
  }
  schema.set("description", std::string(setting.summary));
  if (!setting.fallback.empty()) schema.set("default", std::string(setting.fallback));
  return schema;
}

}  // namespace

Json settings_schema(SettingScope scope) {
  JsonObject properties;
  for (const Setting& one : all_settings())
    if (scope == SettingScope::person || one.scope == SettingScope::anywhere)
      properties.set(std::string(one.name), schema_of(one));
  return JsonObject{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"title", "Geartrain settings"},
                    {"type", "object"},
                    {"properties", std::move(properties)},
                    {"additionalProperties", false}};
}

}  // namespace gt
