/// Runs a helper program (git, uv, pip) to its end. Attempts of steps are not run this way: they
/// must outlive us.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace gt {

struct Command {
  std::vector<std::string> argv;  ///< argv[0] is looked up in our PATH
  std::string directory = {};     ///< to start in; empty: ours
  /// NAME=value; nullopt: ours.
  std::optional<std::vector<std::string>> environment = {};
  /// Takes both stdout and stderr if >= 0 (stays the caller's); else they are collected.
  int output_fd = -1;
  /// Stays open in the program under its number if >= 0: a lock that is to last as long as it.
  int inherited_fd = -1;
  /// Of stdout and of stderr each; Errc::exhausted beyond, and the program is ended.
  std::size_t output_bytes_max = 256U << 20U;
  /// From TERM to KILL when the program is to stop.
  Duration grace = std::chrono::seconds(2);
};

struct CommandResult {
  int exit_code = 0;  ///< 128 + the number of the signal that ended it
  std::string output = {};
  std::string error_output = {};

  bool succeeded() const { return exit_code == 0; }
};

/// Starts it in a process group of its own with nothing on stdin, and waits. A program that says no
/// is a result, not an error. Errors: not_found (no such program), cancelled (after the whole group
/// was ended). Threads: any.
Result<CommandResult> run_command(const Command& command, std::stop_token stop = {});

}  // namespace gt
