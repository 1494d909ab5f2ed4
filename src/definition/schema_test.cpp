#include "definition/schema.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <map>

#include "definition/fields.h"
#include "definition/golden_test.h"
#include "definition/keys.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"
#include "expression/pattern.h"

using namespace gt;

namespace {

/// The part of JSON Schema that our schema uses, so that a word with a typing mistake is seen.
class SchemaWalk {
 public:
  explicit SchemaWalk(const Json& schema) : root_(schema) {}

  bool accepts(const Json& value, const Json& schema) const {
    for (const auto& [word, argument] : *schema.object()) {
      if (!accepts_word(value, word, argument, schema)) return false;
    }
    return true;
  }
  bool accepts(const Json& value) const { return accepts(value, root_); }

 private:
  const Json& resolved(const Json& reference) const {
    const std::string& text = *reference.string();
    REQUIRE(text.starts_with("#/$defs/"));
    const Json* definition = root_.find("$defs")->find(text.substr(8));
    REQUIRE_MESSAGE(definition, text);
    return *definition;
  }
  static bool has_type(const Json& value, const std::string& type) {
    return type_name(value) == type || (type == "number" && value.integer());
  }
  static double number(const Json& value) {
    return value.real() ? *value.real() : static_cast<double>(*value.integer());
  }
  static bool matches(const std::string& text, const Json& pattern) {
    const auto compiled = Pattern::compile(*pattern.string());
    REQUIRE(compiled);
    return compiled->is_found_in(text);
  }

  bool accepts_member(const std::string& name, const Json& value, const Json& schema) const {
    const Json* properties = schema.find("properties");
    const Json* known = properties ? properties->find(name) : nullptr;
    if (known) return accepts(value, *known);
    const Json* additional = schema.find("additionalProperties");
    if (!additional) return true;
    return additional->boolean() ? *additional->boolean() : accepts(value, *additional);
  }

  bool accepts_word(const Json& value, const std::string& word, const Json& argument,
                    const Json& schema) const {
    if (word == "$ref") return accepts(value, resolved(argument));
    if (word == "type") {
      if (argument.string()) return has_type(value, *argument.string());
      return std::ranges::any_of(*argument.list(),
                                 [&](const Json& type) { return has_type(value, *type.string()); });
    }
    if (word == "anyOf") {
      return std::ranges::any_of(*argument.list(),
                                 [&](const Json& one) { return accepts(value, one); });
    }
    if (word == "oneOf") {
      return std::ranges::count_if(*argument.list(),
                                   [&](const Json& one) { return accepts(value, one); }) == 1;
    }
    if (word == "not") return !accepts(value, argument);
    if (word == "enum") {
      return std::ranges::find(*argument.list(), value) != argument.list()->end();
    }
    if (word == "const") return value == argument;
    if (word == "pattern") return !value.string() || matches(*value.string(), argument);
    if (word == "minLength") {
      return !value.string() ||
             static_cast<std::int64_t>(value.string()->size()) >= *argument.integer();
    }
    const bool is_number = value.integer() || value.real();
    if (word == "minimum") return !is_number || number(value) >= number(argument);
    if (word == "maximum") return !is_number || number(value) <= number(argument);
    if (word == "exclusiveMinimum") return !is_number || number(value) > number(argument);
    if (word == "items") {
      return !value.list() || std::ranges::all_of(*value.list(), [&](const Json& item) {
        return accepts(item, argument);
      });
    }
    if (word == "minItems") {
      return !value.list() ||
             static_cast<std::int64_t>(value.list()->size()) >= *argument.integer();
    }
    if (word == "minProperties") {
      return !value.object() ||
             static_cast<std::int64_t>(value.object()->size()) >= *argument.integer();
    }
    if (word == "required") {
      return !value.object() || std::ranges::all_of(*argument.list(), [&](const Json& name) {
        return value.find(*name.string()) != nullptr;
      });
    }
    if (word == "propertyNames") {
      return !value.object() || std::ranges::all_of(*value.object(), [&](const auto& member) {
        return accepts(Json(member.first), argument);
      });
    }
    if (word == "properties" || word == "additionalProperties") {
      if (!value.object()) return true;
      return std::ranges::all_of(*value.object(), [&](const auto& member) {
        return accepts_member(member.first, member.second, schema);
      });
    }
    const std::vector<std::string> notes = {"$schema", "title", "description", "$defs", "format"};
    REQUIRE_MESSAGE(std::ranges::find(notes, word) != notes.end(), "unknown word " << word);
    return true;
  }

  const Json& root_;
};

Json yaml(std::string_view text) {
  Problems problems;
  const YamlTree tree = parse_yaml(text, problems);
  REQUIRE(problems.empty());
  const auto json = read_json(*tree.root(), problems);
  REQUIRE(json);
  return *json;
}

}  // namespace

TEST_CASE("the schema has the reader's keys, no more and no less") {
  const Json schema = pipeline_file_schema();
  for (const KeyTable* table : key_tables()) {
    CAPTURE(table->name);
    const Json* part = table == &pipeline_keys ? &schema : schema.find("$defs")->find(table->name);
    REQUIRE(part);
    const JsonObject& properties = *part->find("properties")->object();
    CHECK(properties.size() == table->keys.size());
    for (const Key& key : table->keys) {
      REQUIRE(properties.find(key.name));
      CHECK(*properties.find(key.name)->find("description")->string() == key.summary);
    }
    CHECK(*part->find("additionalProperties") == Json(false));
  }
}

TEST_CASE("the schema accepts the files that the reader accepts") {
  const Json schema = pipeline_file_schema();
  const SchemaWalk walk(schema);
  CHECK(walk.accepts(yaml(read_source_file("examples/flights/pipeline.yaml"))));
  CHECK(walk.accepts(yaml(read_source_file("src/definition/golden/everything.yaml"))));
  CHECK(walk.accepts(yaml("include: [shared/steps.yaml]\nname: x")));
  CHECK(walk.accepts(yaml(
      "steps: {a: {run: [sleep, 5], retry: 3, needs: b, matrix: {x: [1, {a: b}]}}, b: {run: x}}")));
}

TEST_CASE("the schema of receivers has the reader's keys, and accepts what the reader accepts") {
  const Json schema = receivers_file_schema();
  for (const KeyTable* table : receivers_key_tables()) {
    CAPTURE(table->name);
    const Json* part = table == &receivers_keys ? &schema : schema.find("$defs")->find(table->name);
    REQUIRE(part);
    CHECK(part->find("properties")->object()->size() == table->keys.size());
  }
  const SchemaWalk walk(schema);
  CHECK(walk.accepts(yaml("receivers: {a: {webhook: {url: http://x/, headers: {X: 5}}}}")));
  CHECK(
      walk.accepts(yaml("receivers: {a: {mail: {server: s, from: a@b, to: [c@d], tls: none}}}\n"
                        "default: [{on: failed, to: a}]")));
  for (const char* text :
       {"receivers: {a: {}}", "receivers: {a: {slack: {}}}", "default: [{on: fail, to: a}]",
        "receivers: {a: {slack: {url: x}, webhook: {url: x}}}",
        "receivers: {a: {mail: {server: s, from: a@b, to: c@d, tls: ssl}}}"}) {
    CAPTURE(text);
    CHECK_FALSE(walk.accepts(yaml(text)));
  }
}

TEST_CASE("the schema refuses what can be seen without reading expressions") {
  const Json schema = pipeline_file_schema();
  const SchemaWalk walk(schema);
  for (const char* text : {
           "name: x",
           "name: x\ninclude: 5",
           "steps: {}",
           "steps: {a: {}}",
           "steps: {a: {run: x, ouputs: {}}}",
           "steps: {a: {run: []}}",
           "steps: {\"a b\": {run: x}}",
           "steps: {a: {run: x, timeout: 5}}",
           "steps: {a: {run: x, timeout: 5 minutes}}",
           "steps: {a: {run: x, timeout: \"\"}}",
           "steps: {a: {run: x, retry: {delay: 3s}}}",
           "steps: {a: {run: x, trigger_rule: sometimes}}",
           "steps: {a: {run: x, env: {GEARTRAIN_X: y}}}",
           "steps: {a: {run: x, matrix: {}}}",
           "steps: {a: {run: x, matrix: {x: text}}}",
           "steps: {a: {run: x, group: {steps: {b: {run: x}}}}}",
           "steps: {a: {group: {}}}",
           "steps: {a: {run: x, outputs: {o: {type: nmber}}}}",
           "params: {p: {type: int}}\nsteps: {a: {run: x}}",
           "steps: {a: {run: x, environment: {}}}",
           "triggers: {t: 5}\nsteps: {a: {run: x}}",
           "notify: {on: failed, to: a}\nsteps: {a: {run: x}}",
           "notify: [{on: fail, to: a}]\nsteps: {a: {run: x}}",
           "notify: [{on: failed}]\nsteps: {a: {run: x}}",
           "triggers: {t: {}}\nsteps: {a: {run: x}}",
           "triggers: {t: {asset: x}}\nsteps: {a: {run: x}}",
           "triggers: {t: {webhook: x}}\nsteps: {a: {run: x}}",
           "triggers: {t: {webhook: {}}}\nsteps: {a: {run: x}}",
           "triggers: {t: {webhook: {secret: K}, every: 1h}}\nsteps: {a: {run: x}}",
           "triggers: {t: {webhook: {secret: K}, states: failed}}\nsteps: {a: {run: x}}",
           "triggers: {t: {pipeline: p, states: done}}\nsteps: {a: {run: x}}",
           "triggers: {t: {pipeline: p, catchup: all}}\nsteps: {a: {run: x}}",
           "triggers: {t: {every: 1h, if: 'true'}}\nsteps: {a: {run: x}}",
           "triggers: {t: {file: 5}}\nsteps: {a: {run: x}}",
           "triggers: {t: {every: 1h, stable: 2s}}\nsteps: {a: {run: x}}",
           "triggers: {t: {file: x, webhook: {secret: K}}}\nsteps: {a: {run: x}}",
           "triggers: {t: {schedule: '@daily', every: 1h}}\nsteps: {a: {run: x}}",
           "triggers: {t: {every: 1h, missing: skip}}\nsteps: {a: {run: x}}",
           "triggers: {t: {every: 1h, catchup: true}}\nsteps: {a: {run: x}}",
           "triggers: {t: {every: 1h, catchup: all, catchup_max: 0}}\nsteps: {a: {run: x}}",
           "triggers: {t: {every: 1h, overlap: cancel}}\nsteps: {a: {run: x}}",
       }) {
    CAPTURE(text);
    CHECK_FALSE(walk.accepts(yaml(text)));
  }
}
