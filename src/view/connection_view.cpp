#include "view/connection_view.h"

#include "base/text.h"

namespace gt {

namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

void add_change(const Changed& changed, JsonObject& shape) {
  shape.set("revision", changed.revision);
  shape.set("changed_by", changed.by);
  shape.set("changed_at", format_time(changed.at));
}

JsonObject shape_of(const StoredVariable& stored, Json value) {
  JsonObject shape{{"name", stored.name},
                   {"project", text_or_null(stored.project)},
                   {"kind", to_text(stored.kind)},
                   {"value", std::move(value)},
                   {"description", stored.description}};
  add_change(stored.changed, shape);
  return shape;
}

}  // namespace

JsonObject connection_json(const StoredConnection& stored) {
  const Connection& parts = stored.parts;
  JsonList secrets;
  for (const std::string& name : stored.secret_parts) secrets.emplace_back(name);
  JsonObject shape{{"name", stored.name},
                   {"project", text_or_null(stored.project)},
                   {"kind", parts.kind},
                   {"host", text_or_null(parts.host)},
                   {"port", parts.port ? Json(std::int64_t{*parts.port}) : Json()},
                   {"user", text_or_null(parts.user)},
                   {"path", text_or_null(parts.path)},
                   {"secrets", std::move(secrets)}};
  add_change(stored.changed, shape);
  return shape;
}

JsonObject revealed_json(const StoredConnection& stored, const Connection& opened) {
  JsonObject shape = connection_json(stored);
  shape.set("password", text_or_null(opened.password));
  shape.set("options", opened.options);
  shape.set("uri", connection_uri(opened));
  return shape;
}

Result<JsonObject> variable_json(const StoredVariable& stored) {
  if (stored.kind == VariableKind::secret) return shape_of(stored, {});
  if (stored.kind == VariableKind::text) return shape_of(stored, stored.value);
  Json value = TRY(parse_json(stored.value).context("variable {}", stored.name));
  return shape_of(stored, std::move(value));
}

JsonObject revealed_json(const StoredVariable& stored, const std::string& opened) {
  return shape_of(stored, opened);
}

}  // namespace gt
