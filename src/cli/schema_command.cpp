#include "base/text.h"
#include "cli/commands.h"
#include "definition/schema.h"
#include "settings/settings_schema.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain schema > pipeline.schema.json",
     "and `# yaml-language-server: $schema=pipeline.schema.json` as a file's first line lets "
     "editors complete and check it"},
};

Result<Json> schema_of(const std::string& what) {
  if (what == "pipeline") return pipeline_file_schema();
  if (what == "receivers") return receivers_file_schema();
  if (what == "project") return settings_schema(SettingScope::anywhere);
  if (what == "config") return settings_schema(SettingScope::person);
  return Error{Errc::invalid,
               fmt::format("there is no schema of {}", shell_quoted(printable(what))),
               "there are those of pipeline, receivers, project and config"};
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(schema_command.text);
  std::optional<std::string> what;
  OutputForm output;
  options.argument("WHAT", what, Need::optional,
                   "pipeline (also without any), receivers for receivers.yaml, project for "
                   "geartrain.yaml, or config for your own settings file.",
                   {"pipeline", "receivers", "project", "config"});
  options.output(output, {.text = "the same, for a schema is JSON.", .is_for_programs = true});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  const Json schema = TRY(schema_of(what.value_or("pipeline")));
  session.console.print(output.is_table() ? pretty_json(schema) + "\n" : output.text_of(schema));
  return ExitCode::ok;
}

}  // namespace

const CliCommand schema_command = {
    {"schema", "print the JSON Schema of a kind of file", "", examples},
    false,
    run,
    SettingsNeed::what_is_good};

}  // namespace gt
