/// Connections and variables as programs see them.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "connection/connection_store.h"

namespace gt {

/// {name, project, kind, host, port, user, path, secrets, revision, changed_by, changed_at}: of
/// what is secret the names alone. Parts that are not there are null, and so is the project of the
/// folder itself.
JsonObject connection_json(const StoredConnection& stored);
/// With `password`, `options` and `uri`.
JsonObject revealed_json(const StoredConnection& stored, const Connection& opened);

/// {name, project, kind, value, description, revision, changed_by, changed_at}. The value of a
/// secret is null.
Result<JsonObject> variable_json(const StoredVariable& stored);
/// The same with the value.
JsonObject revealed_json(const StoredVariable& stored, const std::string& opened);

}  // namespace gt
