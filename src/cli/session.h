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

namespace gt {

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
  /// If set, the command only says what it can be given, and is done then.
  OptionsDescription* describes = nullptr;
  /// For commands that execute steps; forked before anything else.
  std::optional<KeeperLink> keeper = {};
};

using Words = std::span<const std::string>;

struct CliCommand {
  CommandText text;
  /// Needs a keeper.
  bool executes_steps;
  Result<ExitCode> (*run)(Session& session, Words words);
};

/// Empty when it does not exist any more.
std::string current_folder();

/// For -C.
Result<void> enter_folder(Session& session, const std::string& folder);

/// Parses and enters the folder of -C. With --help, shows it and returns false: the command is
/// done.
Result<bool> begin_command(Session& session, Options& options, Words words);

}  // namespace gt
