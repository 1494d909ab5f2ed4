#include "expression/value.h"

#include <algorithm>
#include <array>

namespace gt {
namespace {

constexpr std::string_view artifact_key = "$artifact";

// Members of the object forms of an artifact.
JsonObject artifact_json(const Artifact& artifact, const char* digest_key) {
  return JsonObject{{digest_key, Json(artifact.digest.hex())},
                    {"folder", Json(artifact.is_folder)},
                    {"bytes", Json(artifact.bytes)},
                    {"name", Json(artifact.file_name)}};
}

enum class Form { shown, record };

Result<Json> to_json(const Value& value, Form form) {
  if (value.is_null()) return Json();
  if (const auto* boolean = value.boolean()) return Json(*boolean);
  if (const auto* integer = value.integer()) return Json(*integer);
  if (const auto* real = value.real()) return Json(*real);
  if (const auto* string = value.string()) return Json(*string);
  if (const auto* artifact = value.artifact()) {
    if (form == Form::shown) return Json(artifact_json(*artifact, "artifact"));
    return Json(JsonObject{{std::string(artifact_key), Json(artifact_json(*artifact, "digest"))}});
  }
  if (const auto* list = value.list()) {
    JsonList items;
    items.reserve(list->size());
    for (const Value& item : *list) items.push_back(TRY(to_json(item, form)));
    return Json(std::move(items));
  }
  if (const auto* object = value.object()) {
    JsonObject members;
    for (const auto& [key, member] : *object) {
      const bool is_escaped = form == Form::record && key.starts_with('$');
      Json shape = TRY(to_json(member, form));
      members.set(is_escaped ? '$' + key : key, std::move(shape));
    }
    return Json(std::move(members));
  }
  if (const auto* secret = value.secret())
    return error(Errc::invalid, "secret {} has no JSON form, it can only become text",
                 secret->name);
  return error(Errc::invalid, "what is not known yet has no JSON form: {}", value.unknown()->why);
}

Result<Value> artifact_from_record(const Json& json) {
  const Json* digest = json.find("digest");
  const Json* is_folder = json.find("folder");
  const Json* bytes = json.find("bytes");
  const Json* name = json.find("name");
  const bool has_types = digest != nullptr && digest->string() != nullptr && is_folder != nullptr &&
                         is_folder->boolean() != nullptr && bytes != nullptr &&
                         bytes->integer() != nullptr && name != nullptr &&
                         name->string() != nullptr;
  const auto parsed = has_types ? Digest::parse(*digest->string()) : std::nullopt;
  if (!parsed) return error(Errc::invalid, "a recorded artifact is damaged");
  return Value(Artifact{.digest = *parsed,
                        .is_folder = *is_folder->boolean(),
                        .bytes = *bytes->integer(),
                        .file_name = *name->string()});
}

}  // namespace

ValueObject::ValueObject(std::initializer_list<Member> members) {
  for (const Member& member : members) set(member.first, member.second);
}

const Value* ValueObject::find(std::string_view key) const {
  const auto found = std::ranges::find(members_, key, &Member::first);
  return found == members_.end() ? nullptr : &found->second;
}

void ValueObject::set(std::string key, Value value) {
  const auto found = std::ranges::find(members_, key, &Member::first);
  if (found == members_.end())
    append(std::move(key), std::move(value));
  else
    found->second = std::move(value);
}

void ValueObject::append(std::string key, Value value) {
  members_.emplace_back(std::move(key), std::move(value));
}

std::size_t ValueObject::size() const { return members_.size(); }

bool ValueObject::operator==(const ValueObject& other) const {
  if (size() != other.size()) return false;
  return std::ranges::all_of(members_, [&](const Member& member) {
    const Value* value = other.find(member.first);
    return value != nullptr && *value == member.second;
  });
}

const char* type_name(const Value& value) {
  if (value.is_null()) return "null";
  if (value.boolean() != nullptr) return "boolean";
  if (value.integer() != nullptr) return "integer";
  if (value.real() != nullptr) return "number";
  if (value.string() != nullptr) return "string";
  if (value.list() != nullptr) return "list";
  if (value.object() != nullptr) return "object";
  if (value.artifact() != nullptr) return "artifact";
  return value.secret() != nullptr ? "secret" : "unknown";
}

const Unknown* find_unknown(const Value& value) {
  if (const auto* unknown = value.unknown()) return unknown;
  if (const auto* list = value.list())
    for (const Value& item : *list)
      if (const auto* unknown = find_unknown(item)) return unknown;
  if (const auto* object = value.object())
    for (const auto& member : *object)
      if (const auto* unknown = find_unknown(member.second)) return unknown;
  return nullptr;
}

void for_each_artifact(const Value& value, const std::function<void(const Artifact&)>& visit) {
  if (const auto* artifact = value.artifact()) {
    visit(*artifact);
  } else if (const auto* list = value.list()) {
    for (const Value& item : *list) for_each_artifact(item, visit);
  } else if (const auto* object = value.object()) {
    for (const auto& member : *object) for_each_artifact(member.second, visit);
  }
}

Result<std::string> render(const Value& value) {
  if (const auto* string = value.string()) return *string;
  if (const auto* boolean = value.boolean()) return std::string(*boolean ? "true" : "false");
  if (const auto* integer = value.integer()) return std::to_string(*integer);
  if (const auto* real = value.real()) return canonical_json(Json(*real));
  if (const auto* secret = value.secret()) return secret->text;
  if (const auto* unknown = value.unknown()) return error(Errc::unavailable, "{}", unknown->why);
  if (const auto* artifact = value.artifact()) {
    if (!artifact->path.empty()) return artifact->path;
    return error(Errc::invalid, "the artifact {} has no path here", artifact->file_name);
  }
  Error none = error(Errc::invalid, "{} has no text form", type_name(value));
  if (value.is_null())
    none.hint = "default(x, 'text') replaces null, compact(list) leaves it out";
  else if (value.list() != nullptr)
    none.hint = "to_json(x) or join(x, ', ') makes text of a list";
  else
    none.hint = "to_json(x) makes text of an object";
  return none;
}

Value value_from_json(const Json& json) {
  if (const auto* boolean = json.boolean()) return *boolean;
  if (const auto* integer = json.integer()) return *integer;
  if (const auto* real = json.real()) return *real;
  if (const auto* string = json.string()) return *string;
  if (const auto* list = json.list()) {
    ValueList items;
    items.reserve(list->size());
    for (const Json& item : *list) items.push_back(value_from_json(item));
    return items;
  }
  if (const auto* object = json.object()) {
    ValueObject members;
    for (const auto& [key, member] : *object) members.append(key, value_from_json(member));
    return members;
  }
  return nullptr;
}

Result<Json> to_json(const Value& value) { return to_json(value, Form::shown); }

Result<Json> to_record(const Value& value) { return to_json(value, Form::record); }

Result<Value> from_record(const Json& json) {
  if (const auto* list = json.list()) {
    ValueList items;
    items.reserve(list->size());
    for (const Json& item : *list) items.push_back(TRY(from_record(item)));
    return Value(std::move(items));
  }
  const auto* object = json.object();
  if (object == nullptr) return value_from_json(json);
  if (const Json* artifact = object->find(artifact_key); artifact != nullptr && object->size() == 1)
    return artifact_from_record(*artifact);
  ValueObject members;
  for (const auto& [key, member] : *object) {
    if (key.starts_with('$') && !key.starts_with("$$"))
      return error(Errc::invalid, "a recorded value has the unknown key {}", key);
    Value value = TRY(from_record(member));
    members.append(key.starts_with('$') ? key.substr(1) : key, std::move(value));
  }
  return Value(std::move(members));
}

}  // namespace gt
