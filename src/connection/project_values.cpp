#include "connection/project_values.h"

#include "base/text.h"
#include "definition/connection_names.h"

namespace gt {

namespace {

template <typename Row>
std::vector<std::string> names_of(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows) names.push_back(row.name);
  return names;
}

}  // namespace

std::optional<ProjectValues::FromEnvironment> ProjectValues::find(std::string_view prefix,
                                                                  std::string_view airflow_prefix,
                                                                  std::string_view name) const {
  for (const std::string_view one : {prefix, airflow_prefix}) {
    std::string variable = std::string(one) + variable_suffix(name);
    if (const char* const text = parts_.variable(variable.c_str()); text != nullptr)
      return FromEnvironment{std::move(variable), text};
  }
  return std::nullopt;
}

Result<std::optional<StoredConnection>> ProjectValues::stored_connection(
    std::string_view name) const {
  if (parts_.database == nullptr) return std::optional<StoredConnection>();
  auto reader = TRY(parts_.database->begin_read());
  return ConnectionStore().find(reader, parts_.project, name);
}

Result<std::optional<StoredVariable>> ProjectValues::stored_variable(std::string_view name) const {
  if (parts_.database == nullptr) return std::optional<StoredVariable>();
  auto reader = TRY(parts_.database->begin_read());
  return VariableStore().find(reader, parts_.project, name);
}

Error ProjectValues::missing(std::string_view what, std::string_view name, std::string_view prefix,
                             const std::vector<std::string>& there) const {
  const std::string of = parts_.project.empty() ? "" : " of project " + parts_.project;
  Error problem = error(Errc::not_found, "there is no {} {}{}", what, name, of);
  if (const auto near = nearest(name, there)) {
    problem.hint = fmt::format("did you mean {}?", *near);
    return problem;
  }
  const std::string pushed = parts_.project.empty() ? "" : " --pushed " + parts_.project;
  problem.hint = fmt::format("`geartrain {} set {}{}` makes it; or set {}{}", what, name, pushed,
                             prefix, variable_suffix(name));
  return problem;
}

Result<FoundConnection> ProjectValues::connection(std::string_view name) const {
  if (const auto own = find(connection_prefix, airflow_connection_prefix, name)) {
    Connection connection = TRY(parse_connection(own->text).context("{}", own->variable));
    return FoundConnection{std::move(connection), ValueSource::environment};
  }
  const auto stored = TRY(stored_connection(name));
  if (stored) {
    Connection connection = TRY(open_sealed(KeyFile(parts_.key_file), *stored));
    return FoundConnection{std::move(connection), ValueSource::home};
  }
  std::vector<StoredConnection> there;
  if (parts_.database != nullptr) {
    auto reader = TRY(parts_.database->begin_read());
    there = TRY(ConnectionStore().list(reader, parts_.project));
  }
  return missing("connection", name, connection_prefix, names_of(there));
}

Result<Value> ProjectValues::variable(std::string_view name) const {
  const auto stored = TRY(stored_variable(name));
  const bool is_secret = stored && stored->kind == VariableKind::secret;
  if (auto own = find(project_variable_prefix, airflow_variable_prefix, name)) {
    if (!is_utf8(own->text)) return error(Errc::invalid, "{} is no UTF-8 text", own->variable);
    // Whoever puts another value in place of a secret puts a secret there.
    if (is_secret) return Value(Secret{fmt::format("variables.{}", name), std::move(own->text)});
    const std::string_view text = trim(own->text);
    if (text.starts_with('{') || text.starts_with('['))
      if (const auto json = parse_json(text)) return value_from_json(*json);
    return Value(std::move(own->text));
  }
  if (stored) {
    std::string text = TRY(open_sealed(KeyFile(parts_.key_file), *stored));
    if (is_secret) return Value(Secret{fmt::format("variables.{}", name), std::move(text)});
    if (stored->kind == VariableKind::text) return Value(std::move(text));
    const Json json = TRY(parse_json(text));
    return value_from_json(json);
  }
  std::vector<StoredVariable> there;
  if (parts_.database != nullptr) {
    auto reader = TRY(parts_.database->begin_read());
    there = TRY(VariableStore().list(reader, parts_.project));
  }
  return missing("variable", name, project_variable_prefix, names_of(there));
}

Result<bool> ProjectValues::has_connection(std::string_view name) const {
  if (find(connection_prefix, airflow_connection_prefix, name)) return true;
  return TRY(stored_connection(name)).has_value();
}

Result<bool> ProjectValues::has_variable(std::string_view name) const {
  if (find(project_variable_prefix, airflow_variable_prefix, name)) return true;
  return TRY(stored_variable(name)).has_value();
}

}  // namespace gt
