/// What every command works with, and how commands are told apart.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/entropy.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/options.h"
#include "process/keeper.h"
#include "settings/settings.h"

namespace gt {

/// Whether a command can do its work although a settings file, or a variable, is wrong.
enum class SettingsNeed : std::uint8_t { all_good, what_is_good };

/// Owner: run_program(). Threads: the main one.
struct Session {
  Console& console;
  Clock& clock;
  Entropy& entropy;
  std::string working_directory;  ///< absolute; empty if it was removed
  /// nullptr when not set.
  std::function<const char*(const char* name)> variable;
  /// Such a command shows progress and no long data.
  bool executes_steps = false;
  SettingsNeed settings_need = SettingsNeed::all_good;
  /// If set, the command only says what it can be given, and is done then.
  OptionsDescription* describes = nullptr;
  /// For commands that execute steps; forked before anything else.
  std::optional<KeeperLink> keeper = {};
  /// Loaded by begin_command().
  LoadedSettings configuration = {};

  const Settings& settings() const { return configuration.settings; }
};

using Words = std::span<const std::string>;

struct CliCommand {
  CommandText text;
  /// Needs a keeper.
  bool executes_steps;
  Result<ExitCode> (*run)(Session& session, Words words);
  SettingsNeed settings_need = SettingsNeed::all_good;
};

/// Who runs the command, for what is recorded.
std::string person();

/// Empty when it does not exist any more.
std::string current_folder();

/// For -C.
Result<void> enter_folder(Session& session, const std::string& folder);

/// Tells what is wrong with settings files and variables; Errc::invalid if something is.
Result<void> refuse_problems(Session& session);

/// The server that a command is for: --server, or GEARTRAIN_SERVER.
std::optional<std::string> server_of(const Session& session, const Options& options);

/// Parses, enters the folder of -C, and loads the settings; what is wrong with these is told.
/// With --help, shows it and returns false: the command is done.
Result<bool> begin_command(Session& session, Options& options, Words words);

}  // namespace gt
