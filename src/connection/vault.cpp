#include "connection/vault.h"

#include <algorithm>

#include "base/text.h"

namespace gt {

namespace {

/// With all that may be read, so that nobody can send a password to another host by editing a row.
std::string context_of(const StoredConnection& stored) {
  JsonList list{
      Json("connection"),      Json(stored.project),
      Json(stored.name),       Json(stored.parts.kind),
      Json(stored.parts.host), stored.parts.port ? Json(std::int64_t{*stored.parts.port}) : Json(),
      Json(stored.parts.user), Json(stored.parts.path)};
  for (const std::string& part : stored.secret_parts) list.emplace_back(part);
  return canonical_json(Json(std::move(list)));
}

std::string context_of(const StoredVariable& stored) {
  return canonical_json(Json(JsonList{Json("variable"), Json(stored.project), Json(stored.name)}));
}

std::string called(std::string_view what, const ProjectName& project, const std::string& name) {
  return project.empty() ? fmt::format("{} {}", what, name)
                         : fmt::format("{} {} of project {}", what, name, project);
}

std::string called(const StoredConnection& stored) {
  return called("connection", stored.project, stored.name);
}
std::string called(const StoredVariable& stored) {
  return called("variable", stored.project, stored.name);
}

std::string secret_text(const Connection& connection) {
  return compact_json(
      JsonObject{{"password", connection.password}, {"options", connection.options}});
}

std::vector<std::string> secret_parts_of(const Connection& connection) {
  std::vector<std::string> parts;
  if (!connection.password.empty()) parts.emplace_back("password");
  for (const auto& [name, value] : connection.options) parts.push_back("options." + name);
  return parts;
}

Error lost_key(const KeyFile& file, const std::string& what) {
  return Error{
      Errc::not_found,
      fmt::format("{} was sealed with a key that is not in {}", what, printable(file.path())),
      "put the key file back; if it is lost, set the value anew after `geartrain key "
      "rotate --lost`"};
}

Result<std::string> open_text(const KeyFile& file, std::string_view sealed,
                              const std::string& context, const std::string& what) {
  const std::string id = TRY(key_of(sealed).context("{}", what));
  const auto keys = TRY(file.read());
  const SealingKey* const key = find_key(keys, id);
  if (key == nullptr) return lost_key(file, what);
  auto text = unseal(*key, sealed, context);
  if (text || text.error().code != Errc::invalid) return text;
  return Error{Errc::invalid,
               fmt::format("{} was changed by something else than geartrain, so its secret parts "
                           "stay closed",
                           what),
               "set it anew"};
}

}  // namespace

Result<Connection> open_sealed(const KeyFile& file, const StoredConnection& stored) {
  Connection connection = stored.parts;
  if (stored.sealed.empty()) return connection;
  const std::string text = TRY(open_text(file, stored.sealed, context_of(stored), called(stored)));
  const Json json = TRY(parse_json(text));
  const Json* const password = json.find("password");
  const Json* const options = json.find("options");
  if (password == nullptr || !password->string() || options == nullptr || !options->object())
    return error(Errc::internal, "what is sealed of {} has another form", called(stored));
  connection.password = *password->string();
  connection.options = *options->object();
  return connection;
}

Result<std::string> open_sealed(const KeyFile& file, const StoredVariable& stored) {
  if (stored.kind != VariableKind::secret) return stored.value;
  return open_text(file, stored.value, context_of(stored), called(stored));
}

Result<SealingKey> Vault::key_to_seal_with(Transaction& writer) const {
  const auto keys = TRY(file_.read());
  if (!keys.empty()) return keys.front();
  const auto connections = TRY(ConnectionStore().sealed(writer));
  const auto variables = TRY(VariableStore().sealed(writer));
  if (const std::size_t sealed = connections.size() + variables.size(); sealed > 0)
    return Error{Errc::unavailable,
                 fmt::format("the key file {} is gone, with which {} of the home's connections and "
                             "variables are sealed",
                             printable(file_.path()), sealed),
                 "put it back; if it is lost, `geartrain key rotate --lost` makes another one"};
  const SealingKey key = draw_key(entropy_);
  TRY(file_.write({key}));
  return key;
}

Result<void> Vault::put(Transaction& writer, const ProjectName& project, const std::string& name,
                        const Connection& connection, const std::string& who, Time now) {
  TRY(check_project_name(project));
  TRY(check_value_name("connection", name));
  TRY(check_connection(connection));
  StoredConnection stored{.project = project,
                          .name = name,
                          .parts = connection,
                          .secret_parts = secret_parts_of(connection),
                          .sealed = {},
                          .changed = {0, who, now}};
  stored.parts.password.clear();
  stored.parts.options = {};
  if (!stored.secret_parts.empty()) {
    const SealingKey key = TRY(key_to_seal_with(writer));
    stored.sealed = TRY(seal(key, secret_text(connection), context_of(stored), entropy_));
  }
  return ConnectionStore().put(writer, stored);
}

Result<void> Vault::put(Transaction& writer, StoredVariable variable, const std::string& who,
                        Time now) {
  TRY(check_project_name(variable.project));
  TRY(check_value_name("variable", variable.name));
  if (variable.value.size() > variable_bytes_max)
    return Error{Errc::invalid, fmt::format("variable {} is longer than 64 KiB", variable.name),
                 "the limit is variable_bytes_max; larger data is an artifact or a file"};
  if (!is_utf8(variable.value) || variable.value.find('\0') != std::string::npos)
    return error(Errc::invalid, "variable {} is no UTF-8 text, or has a NUL", variable.name);
  if (!is_utf8(variable.description))
    return error(Errc::invalid, "the description is no UTF-8 text");
  if (variable.kind == VariableKind::json) {
    const Json json = TRY(parse_json(variable.value).context("variable {}", variable.name));
    variable.value = canonical_json(json);
  }
  if (variable.kind == VariableKind::secret) {
    const SealingKey key = TRY(key_to_seal_with(writer));
    variable.value = TRY(seal(key, variable.value, context_of(variable), entropy_));
  }
  variable.changed = {0, who, now};
  return VariableStore().put(writer, variable);
}

/// Each row with the text that is sealed in it.
struct Vault::Opened {
  std::vector<std::pair<StoredConnection, std::string>> connections;
  std::vector<std::pair<StoredVariable, std::string>> variables;
  std::size_t unopened = 0;
};

Result<Vault::Opened> Vault::open_all(Transaction& reader,
                                      const std::vector<SealingKey>& keys) const {
  Opened opened;
  const auto add = [&](auto row, const std::string& sealed, auto& rows) {
    const auto id = key_of(sealed);
    const SealingKey* const key = id ? find_key(keys, *id) : nullptr;
    auto text = key ? unseal(*key, sealed, context_of(row)) : error(Errc::not_found, "no key");
    if (text)
      rows.emplace_back(std::move(row), *std::move(text));
    else
      ++opened.unopened;
  };
  for (StoredConnection& row : TRY(ConnectionStore().sealed(reader)))
    add(row, row.sealed, opened.connections);
  for (StoredVariable& row : TRY(VariableStore().sealed(reader)))
    add(row, row.value, opened.variables);
  return opened;
}

Result<ChangedKey> Vault::rotate(Database& database, bool keeps_old, bool is_lost) {
  const SealingKey key = draw_key(entropy_);
  ChangedKey changed{.id = key.id(), .keeps_old = keeps_old};
  {
    auto writer = TRY(database.begin_write());
    auto keys = TRY(file_.read());
    Opened opened = TRY(open_all(writer, keys));
    changed.unopened = opened.unopened;
    if (opened.unopened > 0 && !is_lost)
      return Error{
          Errc::unavailable,
          fmt::format("{} of the connections and variables do not open with the keys in {}",
                      opened.unopened, printable(file_.path())),
          "put the missing key back as a further line of the file; `--lost` goes on "
          "without it"};
    keys.insert(keys.begin(), key);
    TRY(file_.write(keys));
    for (auto& [row, text] : opened.connections) {
      row.sealed = TRY(seal(key, text, context_of(row), entropy_));
      TRY(ConnectionStore().reseal(writer, row));
    }
    for (auto& [row, text] : opened.variables) {
      row.value = TRY(seal(key, text, context_of(row), entropy_));
      TRY(VariableStore().reseal(writer, row));
    }
    changed.sealed = opened.connections.size() + opened.variables.size();
    TRY(writer.commit());
  }
  if (keeps_old) return changed;
  auto writer = TRY(database.begin_write());
  const auto keys = TRY(file_.read());
  // Somebody else may have exchanged it meanwhile.
  if (keys.size() > 1 && keys.front() == key) TRY(file_.write({key}));
  TRY(writer.commit());
  return changed;
}

}  // namespace gt
