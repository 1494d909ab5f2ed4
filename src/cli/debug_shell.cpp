#include "cli/debug_shell.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "environment/host.h"

namespace gt {

namespace {

/// As the attempt's shim has it, so that the script sees the same name of itself.
constexpr int script_fd = 3;
/// Options of env(1): variables that shells set, and that the step did not have.
constexpr const char* shell_only = "-u PWD -u OLDPWD -u SHLVL -u _";
constexpr std::array keyboard_signals = {SIGINT, SIGQUIT, SIGTSTP, SIGTTOU};

std::string script_of(const SpawnRequest& request) {
  const std::string prefix = fmt::format("exec {}<&-; ", script_fd);
  if (const Script* script = std::get_if<Script>(&request.command)) return prefix + script->text;
  // Without what this bash would add.
  return prefix + "exec env " + shell_only + " " + shell_quoted(std::get<0>(request.command)) +
         "\n";
}

std::vector<std::string> step_argv(const SpawnRequest& request) {
  std::string path = fmt::format("/proc/self/fd/{}", script_fd);
  if (std::holds_alternative<Script>(request.command))
    return {"bash", "-euo", "pipefail", std::move(path)};
  return {"bash", std::move(path)};
}

Result<UniqueFd> command_in_memory(const SpawnRequest& request) {
  UniqueFd file(::memfd_create("step", MFD_CLOEXEC));
  if (!file) return errno_error(errno, "making a file in memory for the command");
  TRY(write_all(file.get(), script_of(request)));
  return file;
}

std::string value_in(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& one : environment)
    if (one.starts_with(name) && one.substr(name.size()).starts_with('='))
      return one.substr(name.size() + 1);
  return {};
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// While a child has the keyboard.
class KeyboardSignals {
 public:
  KeyboardSignals() {
    for (std::size_t i = 0; i < keyboard_signals.size(); ++i)
      before_[i] = std::signal(keyboard_signals[i], SIG_IGN);
  }
  ~KeyboardSignals() {
    // One that was killed did not give the terminal back.
    if (::isatty(STDIN_FILENO) != 0) (void)::tcsetpgrp(STDIN_FILENO, ::getpgrp());
    for (std::size_t i = 0; i < keyboard_signals.size(); ++i)
      (void)std::signal(keyboard_signals[i], before_[i]);
  }
  KeyboardSignals(const KeyboardSignals&) = delete;
  KeyboardSignals& operator=(const KeyboardSignals&) = delete;

 private:
  std::array<void (*)(int), keyboard_signals.size()> before_{};
};

/// `command` < 0: the program does not get the step's command.
Result<int> run(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                const std::string& directory, int command) {
  const auto program = resolve_program(argv[0], value_in(environment, "PATH"), directory);
  if (!program)
    return error(Errc::not_found, "command not found: {} is in no folder of PATH",
                 printable(argv[0]));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  // Also where it has that number already: the copy is inherited, the original is not.
  if (command >= 0) posix_spawn_file_actions_adddup2(&actions, command, script_fd);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  for (const int signal : keyboard_signals) sigaddset(&usual, signal);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const KeyboardSignals theirs;
  pid_t process = -1;
  const int problem = ::posix_spawn(&process, program->c_str(), &actions, &attributes,
                                    pointers_to(argv).data(), pointers_to(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0)
    return errno_error(problem,
                       fmt::format("starting {} in {}", printable(*program), printable(directory)));
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// What the shell begins with: `run-step` executes the command with the variables of the shell, but
/// for those that only a shell has.
std::string shell_text(const DebugShell& shell) {
  std::string unset = shell_only;
  for (const std::string& variable : shell.terminal_variables)
    unset += " -u " + variable.substr(0, variable.find('='));
  return fmt::format(
      "unset HISTFILE\n"
      "{}() {{ (exec env {} {}); local code=$?; echo \"the step ended with $code\" >&2; "
      "return $code; }}\n"
      "PS1={}\n",
      run_step_word, unset, shell_quoted(step_argv(shell.request)),
      shell_quoted("(" + shell.prompt + ") \\w\\$ "));
}

}  // namespace

Result<void> run_debug_shell(const DebugShell& shell) {
  const SpawnRequest& request = shell.request;
  const UniqueFd command = TRY(command_in_memory(request));
  const std::string beginning = join_path(request.folder, "shell");
  TRY(write_file_atomically(beginning, shell_text(shell), Durability::none));
  std::vector<std::string> environment = request.environment;
  environment.insert(environment.end(), shell.terminal_variables.begin(),
                     shell.terminal_variables.end());
  TRY(run({"bash", "--noprofile", "--rcfile", beginning, "-i"}, environment,
          request.working_directory, command.get()));
  return {};
}

Result<int> run_debug_command(const SpawnRequest& request, const std::vector<std::string>& argv) {
  if (argv != std::vector<std::string>{run_step_word})
    return run(argv, request.environment, request.working_directory, -1);
  const UniqueFd command = TRY(command_in_memory(request));
  return run(step_argv(request), request.environment, request.working_directory, command.get());
}

}  // namespace gt
