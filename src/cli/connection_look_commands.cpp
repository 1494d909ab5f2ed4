#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/table.h"
#include "cli/values_of_project.h"
#include "definition/connection_names.h"
#include "view/connection_view.h"

namespace gt {

namespace {

const Example list_examples[] = {
    {"geartrain connection list", "the ways to other systems that steps can use"}};
const Example show_examples[] = {
    {"geartrain connection show warehouse", "its parts, without what is secret"},
    {"geartrain connection show warehouse --reveal --json | jq -r .uri",
     "all of it, for a program"},
};
const Example export_examples[] = {
    {"geartrain connection export --reveal >connections.json",
     "all of them, for `connection import` here or in Airflow"},
};

constexpr const char* shape =
    "{name, project, kind, host, port, user, path, secrets: names of parts, revision, changed_by, "
    "changed_at}";

/// Those of a home where nothing was ever kept are none.
Result<std::vector<StoredConnection>> all_of(Session& session, const ProjectName& project) {
  auto records = open_existing_records(session);
  if (!records && records.error().code == Errc::not_found) return std::vector<StoredConnection>();
  if (!records) return std::move(records).error();
  auto reader = TRY(records->database->begin_read());
  return ConnectionStore().list(reader, project);
}

std::string secrets_text(const StoredConnection& stored) {
  return fmt::format("{}", fmt::join(stored.secret_parts, ", "));
}

Result<ExitCode> list(Session& session, Words words) {
  Options options(connection_list_command.text);
  std::optional<std::string> pushed;
  OutputForm output;
  options.option("--pushed", "PROJECT", pushed, "Those of a project that was pushed.");
  static const std::string text = fmt::format("a list of {}.", shape);
  options.output(output, {.text = text.c_str(), .names = "[].name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const auto all = TRY(all_of(session, pushed.value_or("")));
  if (!output.is_table()) {
    JsonList shapes;
    for (const StoredConnection& one : all) shapes.emplace_back(connection_json(one));
    session.console.print(output.text_of(std::move(shapes)));
    return ExitCode::ok;
  }
  Table table({"connection", "address", "secret", "changed", "by"});
  for (const StoredConnection& one : all)
    table.add({{one.name, Tone::strong},
               {printable(public_uri(one.parts)), Tone::plain},
               {printable(secrets_text(one)), Tone::faint},
               {format_time(one.changed.at), Tone::plain},
               {printable(one.changed.by), Tone::plain}});
  if (table.empty())
    session.console.say("no connections; `geartrain connection set NAME --uri -` makes one");
  else
    session.console.print(table.text(session.console));
  for (const StoredConnection& one : all) {
    const std::string variable = std::string(connection_prefix) + variable_suffix(one.name);
    if (session.variable(variable.c_str()) != nullptr)
      session.console.say(
          fmt::format("{} is set here, and counts more than {}", variable, one.name));
  }
  return ExitCode::ok;
}

void add_part(Table& table, const char* name, const std::string& value) {
  if (!value.empty()) table.add({{name, Tone::faint}, {printable(value), Tone::plain}});
}

std::string table_of(Session& session, const StoredConnection& stored,
                     const std::optional<Connection>& opened) {
  Table table({"part", "value"});
  const Connection& parts = stored.parts;
  add_part(table, "kind", parts.kind);
  add_part(table, "host", parts.host);
  add_part(table, "port", parts.port ? std::to_string(*parts.port) : "");
  add_part(table, "user", parts.user);
  add_part(table, "path", parts.path);
  for (const std::string& name : stored.secret_parts) {
    std::string value = "***";
    if (opened && name == "password") value = opened->password;
    if (opened && name != "password") {
      const Json* const option =
          opened->options.find(std::string_view(name).substr(std::string_view("options.").size()));
      if (option != nullptr) value = option->string() ? *option->string() : compact_json(*option);
    }
    add_part(table, name.c_str(), value);
  }
  if (opened) add_part(table, "uri", connection_uri(*opened));
  add_part(table, "changed", format_time(stored.changed.at) + " by " + stored.changed.by);
  return table.text(session.console);
}

Result<ExitCode> show(Session& session, Words words) {
  Options options(connection_show_command.text);
  std::optional<std::string> name, pushed;
  bool reveals = false;
  OutputForm output;
  options.argument("CONNECTION", name, Need::required, "Its name.");
  options.flag("--reveal", reveals, "Also what is secret: password, options, and the whole URI.");
  options.option("--pushed", "PROJECT", pushed, "Of a project that was pushed.");
  static const std::string text =
      fmt::format("{}; with --reveal also password, options, uri.", shape);
  options.output(output, {.text = text.c_str(), .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const auto all = TRY(all_of(session, pushed.value_or("")));
  const auto found = std::ranges::find(all, *name, &StoredConnection::name);
  if (found == all.end()) {
    Error problem = error(Errc::not_found, "there is no connection {} in the home",
                          shell_quoted(printable(*name)));
    problem.hint = "`geartrain connection list` lists them";
    return problem;
  }
  std::optional<Connection> opened;
  if (reveals) {
    const Project project = TRY(find_project(session));
    opened = TRY(open_sealed(key_file_of(session, project.home), *found));
  }
  if (output.is_table())
    session.console.print(table_of(session, *found, opened));
  else
    session.console.print(
        output.text_of(opened ? revealed_json(*found, *opened) : connection_json(*found)));
  return ExitCode::ok;
}

Result<ExitCode> export_them(Session& session, Words words) {
  Options options(connection_export_command.text);
  std::optional<std::string> pushed;
  bool reveals = false;
  options.flag("--reveal", reveals,
               "With what is secret; without it, passwords and options are "
               "left out.");
  options.option("--pushed", "PROJECT", pushed, "Those of a project that was pushed.");
  OutputForm output;
  options.output(output, {.text = "an object of names with {conn_type, host, port, login, schema, "
                                  "password, extra}."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const auto all = TRY(all_of(session, pushed.value_or("")));
  const Project project = TRY(find_project(session));
  JsonObject shapes;
  std::size_t closed = 0;
  for (const StoredConnection& one : all) {
    Connection opened = one.parts;
    if (reveals) opened = TRY(open_sealed(key_file_of(session, project.home), one));
    if (!reveals && !one.sealed.empty()) ++closed;
    shapes.set(one.name, airflow_json(opened, reveals));
  }
  session.console.print(output.is_table() ? pretty_json(Json(std::move(shapes))) + "\n"
                                          : output.text_of(Json(std::move(shapes))));
  if (closed > 0)
    session.console.say(fmt::format("{} without what is secret; `--reveal` has it",
                                    counted(static_cast<std::int64_t>(closed), "connection")));
  return ExitCode::ok;
}

}  // namespace

const CliCommand connection_list_command = {
    {"connection list", "list the connections of the project",
     "A connection is a named way to another system: kind, host, port, user, password, path and "
     "options. Those that are set in the environment alone are not listed.",
     list_examples},
    false,
    list};

const CliCommand connection_show_command = {
    {"connection show", "show the parts of a connection",
     "On a server, --reveal needs the scope admin.", show_examples},
    false,
    show};

const CliCommand connection_export_command = {
    {"connection export", "write all connections as JSON, in Airflow's form",
     "On a server, --reveal needs the scope admin.", export_examples},
    false,
    export_them};

}  // namespace gt
