#include "base/text.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/value_input.h"
#include "cli/values_of_project.h"
#include "run/project_store.h"
#include "view/connection_view.h"

namespace gt {

namespace {

const Example set_examples[] = {
    {"geartrain connection set warehouse --uri - <warehouse.uri", "from a file with its URI"},
    {"geartrain connection set warehouse --kind postgres --host db.example --user reader "
     "--password -",
     "by parts; the password is asked for, or read from standard input"},
    {"geartrain connection set warehouse --host new.example",
     "another host, and the rest as it is"},
    {"geartrain connection set warehouse --option sslmode=require", "with an option"},
};
const Example remove_examples[] = {
    {"geartrain connection remove warehouse", "nobody uses it any more"}};
const Example import_examples[] = {
    {"airflow connections export - --file-format json | geartrain connection import -",
     "those of an Airflow"},
    {"geartrain connection import connections.env", "lines NAME=URI"},
};

constexpr const char* shape =
    "{name, project, kind, host, port, user, path, secrets: names of parts, revision, changed_by, "
    "changed_at}";

struct Wanted {
  std::optional<std::string> name, uri, kind, host, user, password, path, pushed;
  std::optional<std::string> port;
  std::vector<std::string> options;

  bool has_parts() const {
    return kind || host || user || password || path || port || !options.empty();
  }
  ProjectName project() const { return pushed.value_or(""); }
};

Error usage(std::string message, std::string hint) {
  return {Errc::invalid, std::move(message), std::move(hint)};
}

Result<void> check(const Wanted& wanted) {
  if (wanted.uri && wanted.has_parts())
    return usage("a connection is given by --uri or by its parts, not by both", "");
  if (!wanted.uri && !wanted.has_parts())
    return usage("nothing is said of the connection",
                 "`--uri -` reads its URI from standard input");
  if (wanted.password && *wanted.password != "-")
    return usage("a password on the command line can be read by everybody on the machine",
                 "`--password -` asks for it, or reads it from standard input");
  return {};
}

Result<void> set_option(const std::string& text, JsonObject& options) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return usage("an option is NAME=VALUE", "as --option sslmode=require");
  const std::string name = text.substr(0, equals);
  if (equals + 1 == text.size())
    options.erase(name);
  else
    options.set(name, text.substr(equals + 1));
  return {};
}

Result<Connection> changed(Connection connection, const Wanted& wanted,
                           const std::optional<std::string>& password) {
  if (wanted.kind) {
    // By the rules for kinds.
    const Json kind = JsonObject{{"kind", *wanted.kind}};
    connection.kind = TRY(connection_from_json(kind)).kind;
  }
  if (wanted.host) connection.host = *wanted.host;
  if (wanted.user) connection.user = *wanted.user;
  if (wanted.path) connection.path = *wanted.path;
  if (password) connection.password = *password;
  if (wanted.port && wanted.port->empty()) {
    connection.port.reset();
  } else if (wanted.port) {
    constexpr std::int64_t port_max = 65'535;
    const auto port = parse_whole_number(*wanted.port);
    if (!port || *port < 1 || *port > port_max)
      return usage(fmt::format("--port is a number from 1 to {}, not {}", port_max,
                               shell_quoted(printable(*wanted.port))),
                   "");
    connection.port = static_cast<std::uint16_t>(*port);
  }
  for (const std::string& option : wanted.options) TRY(set_option(option, connection.options));
  return connection;
}

Result<void> say_unknown_project(Session& session, Transaction& reader,
                                 const ProjectName& project) {
  if (project.empty()) return {};
  if (const auto found = ProjectStore().find(reader, project); !found) {
    if (found.error().code != Errc::not_found) return found.error();
    session.console.say(fmt::format("note: no project {} was pushed here yet", printable(project)));
  }
  return {};
}

Result<ExitCode> set(Session& session, Words words) {
  Options options(connection_set_command.text);
  Wanted wanted;
  OutputForm output;
  options.argument("CONNECTION", wanted.name, Need::required, "Its name.");
  options.option("--uri", "URI", wanted.uri,
                 "kind://user:password@host:port/path?option=value, or JSON; - reads it from "
                 "standard input. In place of all that was said before.");
  options.option("--kind", "KIND", wanted.kind, "What it leads to: postgres, s3, http, ssh, …");
  options.option("--host", "HOST", wanted.host,
                 "This part and the following: empty, to take it "
                 "away.");
  options.option("--port", "PORT", wanted.port, "From 1 to 65535.");
  options.option("--user", "USER", wanted.user, "");
  options.option("--password", "-", wanted.password, "Reads the password from standard input.");
  options.option("--path", "PATH", wanted.path, "A database, a bucket: Airflow's schema.");
  options.option("--option", "NAME=VALUE", wanted.options,
                 "What else its programs need; may be given several times.");
  options.option("--pushed", "PROJECT", wanted.pushed, "Of a project that was pushed.");
  static const std::string text = fmt::format("{}.", shape);
  options.output(output, {.text = text.c_str(), .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  TRY(check(wanted));
  TRY(check_value_name("connection", *wanted.name));
  std::optional<std::string> password;
  if (wanted.password) password = TRY(read_value(session, "the password"));
  if (wanted.uri && *wanted.uri == "-") wanted.uri = TRY(read_value(session, "the URI"));

  Records records = TRY(open_records(session));
  const KeyFile keys = key_file_of(session, records.home.path());
  auto writer = TRY(records.database->begin_write());
  ConnectionStore store;
  Connection connection;
  if (wanted.uri) {
    connection = TRY(parse_connection(*wanted.uri));
  } else {
    if (const auto before = TRY(store.find(writer, wanted.project(), *wanted.name)))
      connection = TRY(open_sealed(keys, *before));
    connection = TRY(changed(std::move(connection), wanted, password));
  }
  TRY(Vault(keys, session.entropy)
          .put(writer, wanted.project(), *wanted.name, connection, person(), session.clock.now()));
  const auto now = TRY(store.find(writer, wanted.project(), *wanted.name));
  GT_CHECK(now, "it was written in this transaction");
  TRY(say_unknown_project(session, writer, wanted.project()));
  TRY(writer.commit());
  if (!output.is_table()) {
    session.console.print(output.text_of(connection_json(*now)));
    return ExitCode::ok;
  }
  const std::string sealed = now->secret_parts.empty()
                                 ? ""
                                 : fmt::format(", sealed: {}", fmt::join(now->secret_parts, ", "));
  session.console.say(
      printable(fmt::format("connection {} is {}{}", now->name, public_uri(now->parts), sealed)));
  return ExitCode::ok;
}

Result<ExitCode> remove(Session& session, Words words) {
  Options options(connection_remove_command.text);
  std::optional<std::string> name, pushed;
  OutputForm output;
  options.argument("CONNECTION", name, Need::required, "Its name.");
  options.option("--pushed", "PROJECT", pushed, "Of a project that was pushed.");
  options.output(output, {.text = "{name}.", .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  if (!TRY(ConnectionStore().remove(writer, pushed.value_or(""), *name)))
    return Error{Errc::not_found,
                 fmt::format("there is no connection {}", shell_quoted(printable(*name))),
                 "`geartrain connection list` lists them"};
  TRY(writer.commit());
  if (output.is_table())
    session.console.say(fmt::format("connection {} is removed", *name));
  else
    session.console.print(output.text_of(JsonObject{{"name", *name}}));
  return ExitCode::ok;
}

Result<Connection> connection_in(const Json& said) {
  return said.string() ? parse_connection(*said.string()) : connection_from_json(said);
}

Result<ExitCode> import(Session& session, Words words) {
  Options options(connection_import_command.text);
  std::optional<std::string> path, pushed;
  OutputForm output;
  options.argument("FILE", path, Need::required,
                   "A JSON object of names with URIs or parts, as Airflow exports it, or lines "
                   "NAME=URI; - is standard input.");
  options.option("--pushed", "PROJECT", pushed, "Into a project that was pushed.");
  options.output(output, {.text = "a list of names.", .names = "[]"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const std::string text = TRY(read_import(session, *path));
  const auto named = TRY(read_named(text).context("{}", printable(*path)));
  Records records = TRY(open_records(session));
  Vault vault(key_file_of(session, records.home.path()), session.entropy);
  auto writer = TRY(records.database->begin_write());
  JsonList names;
  for (const auto& [name, said] : named) {
    const Connection connection =
        TRY(connection_in(said).context("{}: connection {}", printable(*path), printable(name)));
    TRY(vault.put(writer, pushed.value_or(""), name, connection, person(), session.clock.now())
            .context("{}", printable(*path)));
    names.emplace_back(name);
  }
  TRY(say_unknown_project(session, writer, pushed.value_or("")));
  TRY(writer.commit());
  if (output.is_table())
    session.console.say(
        fmt::format("{} set", counted(static_cast<std::int64_t>(names.size()), "connection")));
  else
    session.console.print(output.text_of(std::move(names)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand connection_set_command = {
    {"connection set", "make a connection, or change one",
     "Password and options are sealed in the home's database with a key that is kept in a file "
     "beside it. A change counts for each step that begins after it.",
     set_examples},
    false,
    set};

const CliCommand connection_remove_command = {
    {"connection remove", "remove a connection",
     "A step that uses it fails before it starts, from now on.", remove_examples},
    false,
    remove};

const CliCommand connection_import_command = {
    {"connection import", "make connections that a file lists",
     "All of them or none. One that is there already is replaced.", import_examples},
    false,
    import};

}  // namespace gt
