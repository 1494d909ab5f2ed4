#include "process/keeper.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <span>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unordered_map>

#include "process/message.h"
#include "process/packing.h"
#include "process/process_table.h"
#include "process/shim.h"

namespace gt {

namespace {

/// Forks shims, and undertakers for shims that died. As small as can be, since every shim is a
/// copy.
class Keeper {
 public:
  Keeper(UniqueFd control, UniqueFd events)
      : control_(std::move(control)), events_(std::move(events)), place_(place_of_processes()) {}

  void run();

 private:
  enum class Role { shim, undertaker };
  struct Child {
    AttemptPlace attempt;
    Role role = Role::shim;
  };

  void take_messages();
  void take(const Message& message);
  void start(const std::string& packed_request);
  void stop(const std::string& packed_name_and_mode);
  void bury(const AttemptPlace& attempt);
  void reap();
  void kill_orphans();

  UniqueFd control_;
  UniqueFd events_;
  std::string place_;
  UniqueFd signals_;
  MessageReader reader_;
  std::unordered_map<pid_t, Child> children_;
};

void Keeper::run() {
  sigset_t child_signal;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  signals_.reset(::signalfd(-1, &child_signal, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) return;
  while (control_ || !children_.empty()) {
    std::array<pollfd, 2> waits{pollfd{signals_.get(), POLLIN, 0},
                                pollfd{control_.get(), POLLIN, 0}};
    ::poll(waits.data(), waits.size(), -1);
    if (waits[0].revents != 0) reap();
    if (waits[1].revents != 0) take_messages();
  }
}

void Keeper::take_messages() {
  for (;;) {
    auto message = reader_.receive(control_.get());
    // The engine is gone, or talks what we do not understand: the shims need neither.
    if (!message) return control_.reset();
    if (!*message) return;
    take(**message);
  }
}

void Keeper::take(const Message& message) {
  switch (message.kind) {
    case MessageKind::start:
      return start(message.body);
    case MessageKind::stop:
      return stop(message.body);
    case MessageKind::bury:
      if (const auto attempt = unpack_attempt_place(message.body)) bury(*attempt);
      return;
    default:
      return;
  }
}

void Keeper::start(const std::string& packed_request) {
  const auto attempt = unpack_attempt_place(packed_request);
  if (!attempt) return;
  const pid_t child = ::fork();
  if (child == 0) {
    control_.reset();
    signals_.reset();
    const auto request = unpack_spawn_request(packed_request);
    if (!request) ::_exit(1);
    run_shim(*request, events_.get(), place_);
    ::_exit(0);
  }
  if (child < 0)
    return send_event(
        events_.get(), MessageKind::not_started,
        pack_not_started(attempt->name, errno_error(errno, "starting a process for the attempt")));
  children_.emplace(child, Child{*attempt, Role::shim});
}

void Keeper::stop(const std::string& packed_name_and_mode) {
  Unpacker unpacker(packed_name_and_mode);
  const std::string name = unpacker.text();
  const auto mode = unpacker.number() == 1 ? StopSignal::kill : StopSignal::terminate;
  for (const auto& [id, child] : children_)
    if (child.role == Role::shim && child.attempt.name == name) ::kill(id, signal_for(mode));
}

void Keeper::bury(const AttemptPlace& attempt) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_NAME, "gt-undertaker");
    control_.reset();
    signals_.reset();
    const auto record = bury_attempt(attempt.folder, attempt.name);
    Packer event;
    event.text(attempt.name);
    if (record)
      send_event(events_.get(), MessageKind::ended, event.text(to_json_text(*record)).take());
    else
      send_event(events_.get(), MessageKind::already_started, event.take());
    ::_exit(0);
  }
  // The engine looks for itself, and asks again later.
  if (child < 0)
    return send_event(events_.get(), MessageKind::already_started,
                      Packer().text(attempt.name).take());
  children_.emplace(child, Child{attempt, Role::undertaker});
}

void Keeper::reap() {
  signalfd_siginfo signal{};
  while (::read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
  }
  bool has_orphans = false;
  std::vector<AttemptPlace> lost;
  for (;;) {
    int status = 0;
    const pid_t id = ::waitpid(-1, &status, WNOHANG);
    if (id < 0 && errno == EINTR) continue;
    if (id <= 0) break;
    const auto child = children_.extract(id);
    const bool ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    // One that we did not fork was left by a shim that died, and may have left others.
    has_orphans = has_orphans || !child || !ended_well;
    if (child && !ended_well && child.mapped().role == Role::shim)
      lost.push_back(child.mapped().attempt);
  }
  if (has_orphans) kill_orphans();
  for (const auto& attempt : lost) bury(attempt);
}

// A living shim is the parent of all orphans of its tree. So a child that we did not fork came from
// a shim that is dead.
void Keeper::kill_orphans() {
  const auto processes = list_processes();
  if (!processes) return;
  for (const auto& process : *processes)
    if (process.parent == ::getpid() && !children_.contains(process.id))
      ::kill(process.id, SIGKILL);
}

// What was the engine's: terminal, folder, descriptors, what it ignored.
void leave_engine(std::span<const int> keep) {
  ::setsid();
  (void)!::chdir("/");
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd <= 2 && nowhere >= 0; ++fd) ::dup2(nowhere, fd);
  unsigned int first = 3;
  std::vector<unsigned int> kept(keep.begin(), keep.end());
  std::ranges::sort(kept);
  for (const unsigned int fd : kept) {
    if (fd > first) ::close_range(first, fd - 1, 0);
    first = fd + 1;
  }
  ::close_range(first, ~0U, 0);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action{};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
      action.sa_handler = SIG_DFL;
      ::sigaction(signal, &action, nullptr);
    }
  }
  block_shim_signals();
}

[[noreturn]] void be_keeper(UniqueFd control, UniqueFd events) {
  ::prctl(PR_SET_NAME, "gt-keeper");
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  Keeper(std::move(control), std::move(events)).run();
  ::_exit(0);
}

// Forks a keeper at the engine's request, until the engine is gone. No subreaper, so that the shims
// of a keeper that died are nobody's orphans; and keepers are siblings for the same reason.
[[noreturn]] void be_nursery(UniqueFd requests, UniqueFd first_control, UniqueFd events) {
  ::prctl(PR_SET_NAME, "gt-nursery");
  const auto fork_one = [&](UniqueFd control) {
    if (::fork() != 0) return;
    requests.reset();
    be_keeper(std::move(control), std::move(events));
  };
  fork_one(std::move(first_control));
  MessageReader reader;
  for (;;) {
    pollfd wait{requests.get(), POLLIN, 0};
    ::poll(&wait, 1, -1);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    auto message = reader.receive(requests.get());
    if (!message) ::_exit(0);
    if (*message && (*message)->kind == MessageKind::new_keeper)
      fork_one(std::move((*message)->attachment));
  }
}

}  // namespace

Result<KeeperLink> fork_keeper() {
  SocketPair control = TRY(make_socket_pair());
  SocketPair nursery = TRY(make_socket_pair());
  SocketPair events = TRY(make_socket_pair());
  const pid_t child = ::fork();
  if (child < 0) return errno_error(errno, "starting the keeper process");
  if (child == 0) {
    const std::array keep{control.second.get(), nursery.second.get(), events.second.get()};
    (void)control.first.release();
    (void)nursery.first.release();
    (void)events.first.release();
    leave_engine(keep);
    be_nursery(std::move(nursery.second), std::move(control.second), std::move(events.second));
  }
  return KeeperLink{std::move(control.first), std::move(nursery.first), std::move(events.first)};
}

}  // namespace gt
