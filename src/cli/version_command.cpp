#include "base/json.h"
#include "cli/commands.h"

namespace gt {

namespace {

const Example examples[] = {{"geartrain version --json", "for scripts"}};

Result<ExitCode> run(Session& session, Words words) {
  Options options(version_command.text);
  bool json = false;
  options.flag("--json", json, "{version, platform, compiler} as JSON.");
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (json)
    session.console.print(pretty_json(JsonObject{{"version", GEARTRAIN_VERSION},
                                                 {"platform", GEARTRAIN_PLATFORM},
                                                 {"compiler", GEARTRAIN_COMPILER}}) +
                          "\n");
  else
    session.console.print("geartrain " GEARTRAIN_VERSION "\n");
  return ExitCode::ok;
}

}  // namespace

const CliCommand version_command = {
    {"version", "show which geartrain this is", "", examples}, false, run};

}  // namespace gt
