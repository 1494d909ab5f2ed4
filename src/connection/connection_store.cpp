#include "connection/connection_store.h"

#include <algorithm>

#include "base/text.h"
#include "definition/connection_names.h"

namespace gt {

namespace {

constexpr const char* connection_columns =
    "SELECT project, name, kind, host, port, username, path, secret_parts, sealed, revision, "
    "changed_by, changed_at FROM connection ";
constexpr const char* variable_columns =
    "SELECT project, name, kind, value, description, revision, changed_by, changed_at FROM "
    "project_variable ";

std::string list_text(const std::vector<std::string>& names) {
  JsonList list;
  for (const std::string& name : names) list.emplace_back(name);
  return compact_json(Json(std::move(list)));
}

Result<std::vector<std::string>> names_in(const std::string& text) {
  const Json json = TRY(parse_json(text));
  std::vector<std::string> names;
  if (const JsonList* const list = json.list())
    for (const Json& name : *list)
      if (name.string()) names.push_back(*name.string());
  return names;
}

/// `rest` is a constant: the statement is prepared once.
Result<std::vector<StoredConnection>> read_connections(Transaction& transaction,
                                                       const std::string& rest, Binds binds) {
  std::vector<StoredConnection> found;
  Result<void> read = transaction.query<std::string, std::string, std::string, std::string,
                                        std::optional<std::int64_t>, std::string, std::string,
                                        std::string, std::string, std::int64_t, std::string, Time>(
      connection_columns + rest, binds,
      [&](std::string project, std::string name, std::string kind, std::string host,
          std::optional<std::int64_t> port, std::string username, std::string path,
          const std::string& secret_parts, std::string sealed, std::int64_t revision,
          std::string changed_by, Time changed_at) -> Result<void> {
        auto names = names_in(secret_parts);
        if (!names) return std::move(names).error();
        StoredConnection one{.project = std::move(project),
                             .name = std::move(name),
                             .parts = {.kind = std::move(kind)},
                             .secret_parts = *std::move(names),
                             .sealed = std::move(sealed),
                             .changed = {revision, std::move(changed_by), changed_at}};
        one.parts.host = std::move(host);
        if (port) one.parts.port = static_cast<std::uint16_t>(*port);
        one.parts.user = std::move(username);
        one.parts.path = std::move(path);
        found.push_back(std::move(one));
        return {};
      });
  TRY(std::move(read));
  return found;
}

Result<std::vector<StoredVariable>> read_variables(Transaction& transaction,
                                                   const std::string& rest, Binds binds) {
  std::vector<StoredVariable> found;
  TRY((transaction.query<std::string, std::string, std::string, std::string, std::string,
                         std::int64_t, std::string, Time>(
      variable_columns + rest, binds,
      [&](std::string project, std::string name, const std::string& kind, std::string value,
          std::string description, std::int64_t revision, std::string changed_by,
          Time changed_at) -> Result<void> {
        const auto parsed = parse_variable_kind(kind);
        if (!parsed)
          return error(Errc::internal, "variable {} has the unknown kind {}", name, kind);
        found.push_back({.project = std::move(project),
                         .name = std::move(name),
                         .kind = *parsed,
                         .value = std::move(value),
                         .description = std::move(description),
                         .changed = {revision, std::move(changed_by), changed_at}});
        return {};
      })));
  return found;
}

template <typename Row>
std::optional<Row> first_of(std::vector<Row> rows) {
  return rows.empty() ? std::nullopt : std::optional<Row>(std::move(rows.front()));
}

/// Two names with one environment variable would hide each other.
template <typename Row>
Result<void> check_new(const std::vector<Row>& there, const std::string& name,
                       std::string_view what) {
  const std::string suffix = variable_suffix(name);
  bool is_new = true;
  for (const Row& row : there) {
    is_new = is_new && row.name != name;
    if (row.name != name && variable_suffix(row.name) == suffix)
      return Error{Errc::conflict,
                   fmt::format("{} {} would have the same environment variable as {} {}", what,
                               name, what, row.name),
                   "another name, or remove that one"};
  }
  if (is_new && there.size() >= named_values_max)
    return Error{Errc::exhausted, fmt::format("the project has {} {}s already", there.size(), what),
                 "the limit is named_values_max"};
  return {};
}

}  // namespace

const char* to_text(VariableKind kind) {
  switch (kind) {
    case VariableKind::text:
      return "text";
    case VariableKind::json:
      return "json";
    case VariableKind::secret:
      return "secret";
  }
  return "";
}

std::optional<VariableKind> parse_variable_kind(std::string_view text) {
  for (const VariableKind kind : {VariableKind::text, VariableKind::json, VariableKind::secret})
    if (text == to_text(kind)) return kind;
  return std::nullopt;
}

Result<std::vector<StoredConnection>> ConnectionStore::list(Transaction& transaction,
                                                            const ProjectName& project) {
  return read_connections(transaction, "WHERE project = :project ORDER BY name", {project});
}

Result<std::optional<StoredConnection>> ConnectionStore::find(Transaction& transaction,
                                                              const ProjectName& project,
                                                              std::string_view name) {
  auto found = TRY(
      read_connections(transaction, "WHERE project = :project AND name = :name", {project, name}));
  return first_of(std::move(found));
}

Result<void> ConnectionStore::put(Transaction& transaction, const StoredConnection& connection) {
  const auto there = TRY(list(transaction, connection.project));
  TRY(check_new(there, connection.name, "connection"));
  const Connection& parts = connection.parts;
  std::optional<std::int64_t> port;
  if (parts.port) port = *parts.port;
  TRY(transaction.execute(
      "INSERT INTO connection (project, name, kind, host, port, username, path, secret_parts, "
      "sealed, revision, changed_by, changed_at) VALUES (:project, :name, :kind, :host, :port, "
      ":username, :path, :secret_parts, :sealed, 1, :changed_by, :changed_at) ON CONFLICT "
      "(project, name) DO UPDATE SET kind = excluded.kind, host = excluded.host, port = "
      "excluded.port, username = excluded.username, path = excluded.path, secret_parts = "
      "excluded.secret_parts, sealed = excluded.sealed, revision = connection.revision + 1, "
      "changed_by = excluded.changed_by, changed_at = excluded.changed_at",
      {connection.project, connection.name, parts.kind, parts.host, port, parts.user, parts.path,
       list_text(connection.secret_parts), connection.sealed, connection.changed.by,
       connection.changed.at}));
  return {};
}

Result<bool> ConnectionStore::remove(Transaction& transaction, const ProjectName& project,
                                     std::string_view name) {
  return TRY(transaction.execute("DELETE FROM connection WHERE project = :project AND name = :name",
                                 {project, name})) > 0;
}

Result<std::vector<StoredConnection>> ConnectionStore::sealed(Transaction& transaction) {
  return read_connections(transaction, "WHERE sealed <> '' ORDER BY project, name", {});
}

Result<void> ConnectionStore::reseal(Transaction& transaction, const StoredConnection& connection) {
  TRY(transaction.execute(
      "UPDATE connection SET sealed = :sealed WHERE project = :project AND name = :name",
      {connection.sealed, connection.project, connection.name}));
  return {};
}

Result<std::vector<StoredVariable>> VariableStore::list(Transaction& transaction,
                                                        const ProjectName& project) {
  return read_variables(transaction, "WHERE project = :project ORDER BY name", {project});
}

Result<std::optional<StoredVariable>> VariableStore::find(Transaction& transaction,
                                                          const ProjectName& project,
                                                          std::string_view name) {
  auto found = TRY(
      read_variables(transaction, "WHERE project = :project AND name = :name", {project, name}));
  return first_of(std::move(found));
}

Result<void> VariableStore::put(Transaction& transaction, const StoredVariable& variable) {
  const auto there = TRY(list(transaction, variable.project));
  TRY(check_new(there, variable.name, "variable"));
  TRY(transaction.execute(
      "INSERT INTO project_variable (project, name, kind, value, description, revision, "
      "changed_by, changed_at) VALUES (:project, :name, :kind, :value, :description, 1, "
      ":changed_by, :changed_at) ON CONFLICT (project, name) DO UPDATE SET kind = excluded.kind, "
      "value = excluded.value, description = excluded.description, revision = "
      "project_variable.revision + 1, changed_by = excluded.changed_by, changed_at = "
      "excluded.changed_at",
      {variable.project, variable.name, to_text(variable.kind), variable.value,
       variable.description, variable.changed.by, variable.changed.at}));
  return {};
}

Result<bool> VariableStore::remove(Transaction& transaction, const ProjectName& project,
                                   std::string_view name) {
  return TRY(transaction.execute(
             "DELETE FROM project_variable WHERE project = :project AND name = :name",
             {project, name})) > 0;
}

Result<std::vector<StoredVariable>> VariableStore::sealed(Transaction& transaction) {
  return read_variables(transaction, "WHERE kind = 'secret' ORDER BY project, name", {});
}

Result<void> VariableStore::reseal(Transaction& transaction, const StoredVariable& variable) {
  TRY(transaction.execute(
      "UPDATE project_variable SET value = :value WHERE project = :project AND name = :name",
      {variable.value, variable.project, variable.name}));
  return {};
}

Result<void> check_value_name(std::string_view what, std::string_view name) {
  if (is_name(name)) return {};
  return Error{Errc::invalid,
               fmt::format("{} is no name for a {}", shell_quoted(printable(name)), what),
               "a letter or _, then letters, digits, _ and -, at most 128"};
}

Result<void> check_project_name(const ProjectName& project) {
  if (project.empty() || is_name(project)) return {};
  return error(Errc::invalid, "{} is no name of a project", shell_quoted(printable(project)));
}

}  // namespace gt
