#include "cli/commands.h"
#include "definition/schema.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain schema > pipeline.schema.json",
     "and `# yaml-language-server: $schema=pipeline.schema.json` as a file's first line lets "
     "editors complete and check it"},
};

Result<ExitCode> run(Session& session, Words words) {
  Options options(schema_command.text);
  OutputForm output;
  options.output(output, {.text = "the same, for a schema is JSON."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  const Json schema = pipeline_file_schema();
  session.console.print(output.is_table() ? pretty_json(schema) + "\n" : output.text_of(schema));
  return ExitCode::ok;
}

}  // namespace

const CliCommand schema_command = {
    {"schema", "print the JSON Schema of pipeline files", "", examples}, false, run};

}  // namespace gt
