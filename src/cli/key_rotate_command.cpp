#include "base/text.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/values_of_project.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain key rotate", "somebody may have seen the old key"},
    {"geartrain key rotate --lost", "the key file is gone for good"},
};

Result<ExitCode> rotate(Session& session, Words words) {
  Options options(key_rotate_command.text);
  bool is_lost = false;
  OutputForm output;
  options.flag("--lost", is_lost,
               "Go on although some values do not open any more; they have to be set anew.");
  options.output(output, {.text = "{key, file, sealed, unopened}.", .names = "key"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  const KeyFile file = key_file_of(session, records.home.path());
  // A file of the person's choice may be that of other homes, too.
  const bool keeps_old = session.settings().find(SettingId::key_file) != nullptr;
  const ChangedKey changed =
      TRY(Vault(file, session.entropy).rotate(*records.database, keeps_old, is_lost));
  if (!output.is_table()) {
    session.console.print(
        output.text_of(JsonObject{{"key", changed.id},
                                  {"file", file.path()},
                                  {"sealed", static_cast<std::int64_t>(changed.sealed)},
                                  {"unopened", static_cast<std::int64_t>(changed.unopened)}}));
    return ExitCode::ok;
  }
  session.console.say(fmt::format("{} sealed with the new key in {}",
                                  counted(static_cast<std::int64_t>(changed.sealed), "value"),
                                  printable(file.path())));
  if (changed.unopened > 0)
    session.console.say(
        fmt::format("{} cannot be opened any more: set anew what `geartrain connection list` and "
                    "`variable list` show",
                    counted(static_cast<std::int64_t>(changed.unopened), "value")));
  if (changed.keeps_old)
    session.console.say("earlier keys stay in the file, for other homes that use it");
  return ExitCode::ok;
}

}  // namespace

const CliCommand key_rotate_command = {
    {"key rotate", "seal connections and secret variables with a new key",
     "Draws a key, seals everything anew, and forgets the key of before, unless the setting "
     "key_file names the file. A crash on the way loses nothing: the next call does it again.",
     examples},
    false,
    rotate};

}  // namespace gt
