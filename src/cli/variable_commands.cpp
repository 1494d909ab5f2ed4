#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/table.h"
#include "cli/value_input.h"
#include "cli/values_of_project.h"
#include "view/connection_view.h"

namespace gt {

namespace {

const Example list_examples[] = {
    {"geartrain variable list", "what pipelines see as variables.NAME"}};
const Example get_examples[] = {
    {"geartrain variable get bucket", "its value, as a script wants it"}};
const Example set_examples[] = {
    {"geartrain variable set bucket s3://sales-eu", "a text"},
    {"geartrain variable set limits '{\"rows\": 1000}' --value-json",
     "JSON, of which expressions "
     "see the members"},
    {"geartrain variable set api_key - --secret <key.txt", "a secret, from standard input"},
};
const Example remove_examples[] = {{"geartrain variable remove bucket", "nobody uses it any more"}};
const Example import_examples[] = {
    {"airflow variables export - | geartrain variable import -", "those of an Airflow"}};

constexpr const char* shape =
    "{name, project, kind: text, json or secret, value: null of a secret, description, revision, "
    "changed_by, changed_at}";

Result<std::vector<StoredVariable>> all_of(Session& session, const ProjectName& project) {
  auto records = open_existing_records(session);
  if (!records && records.error().code == Errc::not_found) return std::vector<StoredVariable>();
  if (!records) return std::move(records).error();
  auto reader = TRY(records->database->begin_read());
  return VariableStore().list(reader, project);
}

Error there_is_none(const std::string& name) {
  return Error{Errc::not_found,
               fmt::format("there is no variable {} in the home", shell_quoted(printable(name))),
               "`geartrain variable list` lists them"};
}

Result<ExitCode> list(Session& session, Words words) {
  Options options(variable_list_command.text);
  std::optional<std::string> pushed;
  OutputForm output;
  options.option("--pushed", "PROJECT", pushed, "Those of a project that was pushed.");
  static const std::string text = fmt::format("a list of {}.", shape);
  options.output(output, {.text = text.c_str(), .names = "[].name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const auto all = TRY(all_of(session, pushed.value_or("")));
  if (!output.is_table()) {
    JsonList shapes;
    for (const StoredVariable& one : all) {
      JsonObject object = TRY(variable_json(one));
      shapes.emplace_back(std::move(object));
    }
    session.console.print(output.text_of(std::move(shapes)));
    return ExitCode::ok;
  }
  constexpr std::size_t shown_bytes = 60;
  Table table({"variable", "value", "changed", "by", "description"});
  for (const StoredVariable& one : all) {
    std::string value = one.kind == VariableKind::secret ? "***" : printable(one.value);
    if (value.size() > shown_bytes)
      value = fmt::format("{} as {}", format_bytes(static_cast<std::int64_t>(one.value.size())),
                          to_text(one.kind));
    table.add({{one.name, Tone::strong},
               {std::move(value), Tone::plain},
               {format_time(one.changed.at), Tone::plain},
               {printable(one.changed.by), Tone::plain},
               {printable(one.description), Tone::faint}});
  }
  if (table.empty())
    session.console.say("no variables; `geartrain variable set NAME VALUE` makes one");
  else
    session.console.print(table.text(session.console));
  return ExitCode::ok;
}

Result<ExitCode> get(Session& session, Words words) {
  Options options(variable_get_command.text);
  std::optional<std::string> name, pushed;
  bool reveals = false;
  OutputForm output;
  options.argument("VARIABLE", name, Need::required, "Its name.");
  options.flag("--reveal", reveals, "Also the value of a secret.");
  options.option("--pushed", "PROJECT", pushed, "Of a project that was pushed.");
  static const std::string text = fmt::format("{}.", shape);
  options.output(output, {.text = text.c_str(), .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const auto all = TRY(all_of(session, pushed.value_or("")));
  const auto found = std::ranges::find(all, *name, &StoredVariable::name);
  if (found == all.end()) return there_is_none(*name);
  const bool is_secret = found->kind == VariableKind::secret;
  if (is_secret && !reveals && output.is_table())
    return Error{Errc::denied, fmt::format("variable {} is a secret", *name),
                 "`--reveal` shows it all the same"};
  std::string value = found->value;
  if (is_secret && reveals) {
    const Project project = TRY(find_project(session));
    value = TRY(open_sealed(key_file_of(session, project.home), *found));
  }
  if (output.is_table()) {
    session.console.print(value + "\n");
  } else if (is_secret && reveals) {
    session.console.print(output.text_of(revealed_json(*found, value)));
  } else {
    JsonObject object = TRY(variable_json(*found));
    session.console.print(output.text_of(std::move(object)));
  }
  return ExitCode::ok;
}

Result<ExitCode> set(Session& session, Words words) {
  Options options(variable_set_command.text);
  std::optional<std::string> name, value, description, pushed;
  bool is_json = false, is_secret = false;
  OutputForm output;
  options.argument("VARIABLE", name, Need::required, "Its name.");
  options.argument("VALUE", value, Need::required, "- reads it from standard input.");
  options.flag("--value-json", is_json, "The value is JSON, whose members expressions see.");
  options.flag("--secret", is_secret,
               "The value is sealed, and masked in logs; it can be used where secrets can.");
  options.option("--description", "TEXT", description, "For people.");
  options.option("--pushed", "PROJECT", pushed, "Of a project that was pushed.");
  static const std::string text = fmt::format("{}.", shape);
  options.output(output, {.text = text.c_str(), .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  if (is_json && is_secret)
    return Error{Errc::invalid, "a secret is a text: --secret and --value-json exclude each other",
                 ""};
  TRY(check_value_name("variable", *name));
  if (*value == "-") value = TRY(read_value(session, "the value"));
  Records records = TRY(open_records(session));
  auto writer = TRY(records.database->begin_write());
  const ProjectName project = pushed.value_or("");
  const auto before = TRY(VariableStore().find(writer, project, *name));
  StoredVariable wanted{.project = project, .name = *name};
  wanted.kind = is_secret ? VariableKind::secret
                : is_json ? VariableKind::json
                          : VariableKind::text;
  wanted.value = *value;
  wanted.description = description.value_or(before ? before->description : "");
  TRY(Vault(key_file_of(session, records.home.path()), session.entropy)
          .put(writer, std::move(wanted), person(), session.clock.now()));
  const auto now = TRY(VariableStore().find(writer, project, *name));
  GT_CHECK(now, "it was written in this transaction");
  TRY(writer.commit());
  if (!output.is_table()) {
    JsonObject object = TRY(variable_json(*now));
    session.console.print(output.text_of(std::move(object)));
    return ExitCode::ok;
  }
  session.console.say(fmt::format("variable {} is {}", *name, is_secret ? "sealed" : "set"));
  if (before && before->kind == VariableKind::secret && !is_secret)
    session.console.say("note: it was a secret before, and is none any more: `--secret` seals it");
  return ExitCode::ok;
}

Result<ExitCode> remove(Session& session, Words words) {
  Options options(variable_remove_command.text);
  std::optional<std::string> name, pushed;
  OutputForm output;
  options.argument("VARIABLE", name, Need::required, "Its name.");
  options.option("--pushed", "PROJECT", pushed, "Of a project that was pushed.");
  options.output(output, {.text = "{name}.", .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  if (!TRY(VariableStore().remove(writer, pushed.value_or(""), *name))) return there_is_none(*name);
  TRY(writer.commit());
  if (output.is_table())
    session.console.say(fmt::format("variable {} is removed", *name));
  else
    session.console.print(output.text_of(JsonObject{{"name", *name}}));
  return ExitCode::ok;
}

/// Airflow exports a value, or {value, description} where there is one.
void take_value(const Json& said, StoredVariable& wanted) {
  const Json* value = &said;
  const Json* const inner = said.find("value");
  const Json* const description = said.find("description");
  if (inner && description && said.object()->size() == 2) {
    value = inner;
    if (description->string()) wanted.description = *description->string();
  }
  wanted.kind = value->string() ? VariableKind::text : VariableKind::json;
  wanted.value = value->string() ? *value->string() : canonical_json(*value);
}

Result<ExitCode> import(Session& session, Words words) {
  Options options(variable_import_command.text);
  std::optional<std::string> path, pushed;
  bool is_secret = false;
  OutputForm output;
  options.argument("FILE", path, Need::required,
                   "A JSON object of names and values, as Airflow exports it, or lines NAME=value; "
                   "- is standard input.");
  options.flag("--secret", is_secret, "All of them are secrets.");
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
    StoredVariable wanted{.project = pushed.value_or(""), .name = name};
    take_value(said, wanted);
    if (is_secret) wanted.kind = VariableKind::secret;
    TRY(vault.put(writer, std::move(wanted), person(), session.clock.now())
            .context("{}", printable(*path)));
    names.emplace_back(name);
  }
  TRY(writer.commit());
  if (output.is_table())
    session.console.say(
        fmt::format("{} set", counted(static_cast<std::int64_t>(names.size()), "variable")));
  else
    session.console.print(output.text_of(std::move(names)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand variable_list_command = {
    {"variable list", "list the variables of the project",
     "Those that are set in the environment alone are not listed.", list_examples},
    false,
    list};

const CliCommand variable_get_command = {
    {"variable get", "print the value of a variable",
     "On a server, --reveal needs the scope admin.", get_examples},
    false,
    get};

const CliCommand variable_set_command = {
    {"variable set", "make a variable, or give it another value",
     "Steps that use it run again, as they do after a change of a parameter; a new value of a "
     "secret repeats nothing.",
     set_examples},
    false,
    set};

const CliCommand variable_remove_command = {
    {"variable remove", "remove a variable",
     "A step that uses it fails before it starts, from now on.", remove_examples},
    false,
    remove};

const CliCommand variable_import_command = {
    {"variable import", "make variables that a file lists",
     "All of them or none. One that is there already is replaced.", import_examples},
    false,
    import};

}  // namespace gt
