/// A shell, or one command, as a step's process would be: on the person's terminal.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "process/spawn_request.h"

namespace gt {

/// The command itself as a word: what `run-step` does in the shell.
inline constexpr const char* run_step_word = "run-step";

struct DebugShell {
  const SpawnRequest& request;  ///< whose folder is there
  std::string prompt;           ///< "flights/12 train"
  /// Of the caller's, which a shell needs to draw: TERM and the like.
  std::vector<std::string> terminal_variables;
};

/// An interactive bash in the step's working directory and environment, in which `run-step`
/// executes the command: its text, with all values, is in memory only. Waits for its end; the
/// terminal is ours again then. The caller has one thread.
Result<void> run_debug_shell(const DebugShell& shell);

/// One command instead of it, or the step's own (`run-step`); gives its exit code, 128 and the
/// signal's number if one ended it. Errors: not_found, denied.
Result<int> run_debug_command(const SpawnRequest& request, const std::vector<std::string>& argv);

}  // namespace gt
