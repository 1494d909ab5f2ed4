#include "process/spawn.h"

#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr std::string_view path_default = "/usr/local/bin:/usr/bin:/bin";
constexpr int script_fd = 3;

std::string_view path_of(const SpawnRequest& request) {
  for (const auto& assignment : request.environment)
    if (assignment.starts_with("PATH=")) return std::string_view(assignment).substr(5);
  return path_default;
}

// Where the program may be, in the order of PATH.
std::vector<std::string> candidates_for(const std::string& program, std::string_view path) {
  if (program.find('/') != std::string::npos) return {program};
  std::vector<std::string> candidates;
  for (const auto folder : split(path, ':'))
    candidates.push_back(join_path(folder.empty() ? "." : folder, program));
  return candidates;
}

Result<UniqueFd> script_in_memory(const std::string& text) {
  UniqueFd file(::memfd_create("script", MFD_CLOEXEC));
  if (!file) return errno_error(errno, "making a file in memory for the script");
  // bash reads from a descriptor of its own; what the script starts shall not see ours.
  const std::string prefix = fmt::format("exec {}<&-; ", script_fd);
  TRY(write_all(file.get(), prefix + text).context("the script"));
  return file;
}

// What the child needs, made before it is there: after vfork it may not allocate.
struct ChildPlan {
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::vector<std::string> candidates;
  const char* working_directory = nullptr;
  int script = -1;
  int output = -1;
  pid_t parent = 0;
};

enum class ChildStep { prepare, change_directory, execute };

struct ChildFailure {
  ChildStep step = ChildStep::prepare;
  int errno_value = 0;
  std::size_t candidate = 0;
};

void run_child(const ChildPlan& plan, ChildFailure& failure) {
  const auto fail = [&failure](ChildStep step) {
    failure.step = step;
    failure.errno_value = errno;
  };
  // What it sends to its group (`kill 0`) does not reach us.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) return;  // it died before the line above
  if (::dup2(plan.output, STDOUT_FILENO) < 0 || ::dup2(plan.output, STDERR_FILENO) < 0)
    return fail(ChildStep::prepare);
  if (plan.script == script_fd ? ::fcntl(script_fd, F_SETFD, 0) < 0
                               : plan.script >= 0 && ::dup2(plan.script, script_fd) < 0)
    return fail(ChildStep::prepare);
  if (::chdir(plan.working_directory) != 0) return fail(ChildStep::change_directory);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // Only at the end: the parent takes any failure that it finds for ours.
  ChildFailure last;
  for (std::size_t i = 0; i < plan.candidates.size(); ++i) {
    ::execve(plan.candidates[i].c_str(), plan.argv.data(), plan.environment.data());
    const bool is_absent = errno == ENOENT || errno == ENOTDIR;
    // What is there and cannot be executed says more than what is not there.
    if (last.errno_value == 0 || !is_absent) last = {ChildStep::execute, errno, i};
    if (!is_absent && errno != EACCES) break;
  }
  failure = last;
}

Error execute_error(const std::string& program, const std::string& file, int errno_value) {
  struct stat status{};
  const bool exists = ::stat(file.c_str(), &status) == 0;
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      if (exists)
        return error(
            Errc::not_found,
            "{} cannot be started: the interpreter that it asks for (first line #!, or the "
            "dynamic loader) does not exist",
            printable(file));
      if (program.find('/') != std::string::npos)
        return error(Errc::not_found, "command not found: there is no file {}", printable(program));
      return error(Errc::not_found, "command not found: {} is in no folder of PATH",
                   printable(program));
    case EACCES:
      if (exists && S_ISDIR(status.st_mode))
        return error(Errc::denied, "{} is a folder, not a program", printable(file));
      return {Errc::denied, fmt::format("{} is not executable", printable(file)),
              fmt::format("chmod +x {}", shell_quoted(file))};
    case ENOEXEC:
      return error(Errc::invalid,
                   "{} is no program: it has neither a first line #! nor a known binary format",
                   printable(file));
    case E2BIG:
      return error(Errc::invalid,
                   "arguments and environment of {} are longer than the system accepts",
                   printable(program));
    default:
      return errno_error(errno_value, fmt::format("starting {}", printable(file)));
  }
}

Error to_error(const ChildFailure& failure, const ChildPlan& plan) {
  switch (failure.step) {
    case ChildStep::change_directory:
      return errno_error(failure.errno_value, fmt::format("entering the working directory {}",
                                                          printable(plan.working_directory)));
    case ChildStep::execute:
      return execute_error(plan.argv[0], plan.candidates[failure.candidate], failure.errno_value);
    case ChildStep::prepare:
      break;
  }
  return errno_error(failure.errno_value, "preparing the command");
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<pid_t> spawn_command(const SpawnRequest& request, int output) {
  const auto* script = std::get_if<Script>(&request.command);
  const std::vector<std::string> argv =
      script == nullptr ? std::get<0>(request.command)
                        : std::vector<std::string>{"bash", "-euo", "pipefail",
                                                   fmt::format("/proc/self/fd/{}", script_fd)};
  if (argv.empty() || argv[0].empty()) return error(Errc::invalid, "the command is empty");
  UniqueFd script_file;
  if (script != nullptr) script_file = TRY(script_in_memory(script->text));
  const ChildPlan plan{.argv = pointers_to(argv),
                       .environment = pointers_to(request.environment),
                       .candidates = candidates_for(argv[0], path_of(request)),
                       .working_directory = request.working_directory.c_str(),
                       .script = script_file.get(),
                       .output = output,
                       .parent = ::getpid()};
  ChildFailure failure;
  // Half the price of fork: the child runs in our memory until the program replaces it.
  const pid_t child = ::vfork();
  if (child == 0) {
    run_child(plan, failure);
    ::_exit(127);
  }
  if (child < 0) return errno_error(errno, "starting another process");
  if (failure.errno_value == 0) return child;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return to_error(failure, plan);
}

}  // namespace gt
