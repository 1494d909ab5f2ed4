#include "cli/pager.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/text.h"

namespace gt {

namespace {

/// What sh says when it cannot run a command.
constexpr int not_runnable = 126;

bool is_on_path(const char* name, const char* path) {
  for (const auto folder : split(path == nullptr ? "" : path, ':'))
    if (!folder.empty() && ::access(join_path(folder, name).c_str(), X_OK) == 0) return true;
  return false;
}

}  // namespace

std::optional<std::string> pager_command(const SettingValue* setting, const char* path) {
  if (setting != nullptr)
    return setting->text.empty() || setting->text == "cat" ? std::nullopt
                                                           : std::optional(setting->text);
  if (is_on_path("less", path)) return "less -FRX";
  return std::nullopt;
}

Result<Pager> Pager::start(const std::string& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error(errno, "making a pipe for the pager");
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, read_end.get(), STDIN_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  for (const int signal : {SIGPIPE, SIGINT, SIGQUIT}) sigaddset(&usual, signal);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  std::string shell = "/bin/sh", option = "-c", text = command, less = "LESS=FRX";
  char* const words[] = {shell.data(), option.data(), text.data(), nullptr};
  std::vector<char*> environment;
  bool has_less = false;
  for (char** one = environ; *one != nullptr; ++one) {
    has_less = has_less || std::strncmp(*one, "LESS=", 5) == 0;
    environment.push_back(*one);
  }
  if (!has_less) environment.push_back(less.data());
  environment.push_back(nullptr);

  pid_t process = -1;
  const int problem =
      ::posix_spawn(&process, shell.c_str(), &actions, &attributes, words, environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) return errno_error(problem, "starting the pager");
  return Pager(process, std::move(write_end));
}

Pager::Pager(pid_t process, UniqueFd input)
    : process_(process),
      input_(std::move(input)),
      old_interrupt_(std::signal(SIGINT, SIG_IGN)),
      old_quit_(std::signal(SIGQUIT, SIG_IGN)) {}

Pager::Pager(Pager&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      input_(std::move(other.input_)),
      old_interrupt_(other.old_interrupt_),
      old_quit_(other.old_quit_) {}

bool Pager::finish() {
  if (process_ < 0) return true;
  input_.reset();
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  (void)std::signal(SIGINT, old_interrupt_);
  (void)std::signal(SIGQUIT, old_quit_);
  return !WIFEXITED(status) || WEXITSTATUS(status) < not_runnable;
}

}  // namespace gt
