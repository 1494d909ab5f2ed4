#include "base/json.h"
#include "cli/commands.h"

namespace gt {

namespace {

const Example examples[] = {{"geartrain version --json", "for scripts"}};

Result<ExitCode> run(Session& session, Words words) {
  Options options(version_command.text);
  OutputForm output;
  options.output(output, {.text = "{version, platform, compiler}."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  session.console.print(output.is_table()
                            ? "geartrain " GEARTRAIN_VERSION "\n"
                            : output.text_of(JsonObject{{"version", GEARTRAIN_VERSION},
                                                        {"platform", GEARTRAIN_PLATFORM},
                                                        {"compiler", GEARTRAIN_COMPILER}}));
  return ExitCode::ok;
}

}  // namespace

const CliCommand version_command = {{"version", "show which geartrain this is", "", examples},
                                    false,
                                    run,
                                    SettingsNeed::what_is_good};

}  // namespace gt
