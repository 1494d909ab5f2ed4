#include "process/command.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return errno_error(errno, "making a pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    // What we block or ignore is our own business.
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> spawn(const Command& command, int output_fd, int error_fd) {
  SpawnSettings settings;
  posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&settings.actions, output_fd, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&settings.actions, error_fd, STDERR_FILENO);
  // Onto itself: that takes away close-on-exec, in the child only.
  if (command.inherited_fd >= 0)
    posix_spawn_file_actions_adddup2(&settings.actions, command.inherited_fd, command.inherited_fd);
  if (!command.directory.empty())
    posix_spawn_file_actions_addchdir_np(&settings.actions, command.directory.c_str());
  const auto argv = pointers_to(command.argv);
  std::vector<char*> variables;
  if (command.environment) variables = pointers_to(*command.environment);
  pid_t pid = 0;
  const int failed = posix_spawnp(&pid, argv[0], &settings.actions, &settings.attributes,
                                  argv.data(), command.environment ? variables.data() : environ);
  if (failed != 0) return errno_error(failed, fmt::format("starting {}", printable(argv[0])));
  return pid;
}

// A child that we have not reaped yet, with its process group.
class Child {
 public:
  static Result<Child> watch(pid_t pid) {
    UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (fd) return Child(pid, std::move(fd));
    const int failed = errno;
    Child lost(pid, UniqueFd());
    lost.end(Duration::zero());
    return errno_error(failed, "watching a child process");
  }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)), fd_(std::move(other.fd_)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (pid_ != 0) end(Duration::zero());
  }

  /// Becomes readable when it has ended.
  int fd() const { return fd_.get(); }

  Result<int> reap() {
    int status = 0;
    const pid_t pid = std::exchange(pid_, 0);
    while (waitpid(pid, &status, 0) < 0)
      if (errno != EINTR) return errno_error(errno, "waiting for a child process");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  /// Ends the whole group. The leader is reaped last, so that its number names this group until
  /// then.
  void end(Duration grace) {
    if (grace > Duration::zero()) {
      kill(-pid_, SIGTERM);
      pollfd ended{fd_.get(), POLLIN, 0};
      const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(grace);
      while (poll(&ended, 1, static_cast<int>(milliseconds.count())) < 0 && errno == EINTR) {
      }
    }
    kill(-pid_, SIGKILL);
    (void)reap().ok();
  }

 private:
  Child(pid_t pid, UniqueFd fd) : pid_(pid), fd_(std::move(fd)) {}
  pid_t pid_;
  UniqueFd fd_;
};

// One of the program's streams.
struct Stream {
  UniqueFd fd;
  std::string& text;
};

// False once there is nothing more to come for now.
Result<bool> read_some(Stream& stream, std::size_t bytes_max) {
  std::array<char, 65536> piece;
  const ssize_t count = ::read(stream.fd.get(), piece.data(), piece.size());
  if (count < 0 && errno == EINTR) return true;
  if (count < 0 && errno == EAGAIN) return false;
  if (count < 0) return errno_error(errno, "reading a program's output");
  if (count == 0) {
    stream.fd.reset();
    return false;
  }
  stream.text.append(piece.data(), static_cast<std::size_t>(count));
  if (stream.text.size() > bytes_max)
    return error(Errc::exhausted, "a program wrote more than {} bytes", bytes_max);
  return true;
}

// Until the child has ended; Errc::cancelled when `stop_fd` becomes readable first.
Result<void> collect(const Child& child, std::array<Stream, 2>& streams, int stop_fd,
                     std::size_t bytes_max) {
  for (;;) {
    std::array<pollfd, 4> waits = {pollfd{child.fd(), POLLIN, 0}, pollfd{stop_fd, POLLIN, 0},
                                   pollfd{streams[0].fd.get(), POLLIN, 0},
                                   pollfd{streams[1].fd.get(), POLLIN, 0}};
    if (poll(waits.data(), waits.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return errno_error(errno, "waiting for a program");
    }
    if (waits[1].revents != 0) return error(Errc::cancelled, "cancelled");
    for (std::size_t i = 0; i < streams.size(); ++i)
      if (waits[2 + i].revents != 0) (void)TRY(read_some(streams[i], bytes_max));
    if (waits[0].revents == 0) continue;
    // What it wrote is in the pipes by now. Their end is not waited for: a daemon may hold them
    // open.
    for (Stream& stream : streams)
      while (stream.fd && TRY(read_some(stream, bytes_max))) {
      }
    return {};
  }
}

}  // namespace

Result<CommandResult> run_command(const Command& command, std::stop_token stop) {
  GT_CHECK(!command.argv.empty(), "a command has a program");
  if (stop.stop_requested()) return error(Errc::cancelled, "cancelled");
  UniqueFd stop_fd(eventfd(0, EFD_CLOEXEC));
  if (!stop_fd) return errno_error(errno, "making an event");
  const std::stop_callback wake(stop, [&] { eventfd_write(stop_fd.get(), 1); });

  CommandResult result;
  std::array streams = {Stream{{}, result.output}, Stream{{}, result.error_output}};
  std::array<UniqueFd, 2> write_ends;
  if (command.output_fd < 0) {
    for (std::size_t i = 0; i < streams.size(); ++i) {
      Pipe pipe = TRY(make_pipe());
      fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK);
      streams[i].fd = std::move(pipe.read_end);
      write_ends[i] = std::move(pipe.write_end);
    }
  }
  const bool collected = command.output_fd < 0;
  const pid_t pid = TRY(spawn(command, collected ? write_ends[0].get() : command.output_fd,
                              collected ? write_ends[1].get() : command.output_fd));
  for (auto& end : write_ends) end.reset();
  Child child = TRY(Child::watch(pid));
  if (auto ended = collect(child, streams, stop_fd.get(), command.output_bytes_max); !ended) {
    child.end(command.grace);
    return std::move(ended).error().context("{}", printable(command.argv[0]));
  }
  result.exit_code = TRY(child.reap());
  return result;
}

}  // namespace gt
