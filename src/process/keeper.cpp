#include "process/keeper.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <span>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unordered_map>

#include "process/chores.h"
#include "process/epoll.h"
#include "process/message.h"
#include "process/packing.h"
#include "process/process_table.h"
#include "process/shim.h"

namespace gt {

namespace {

// Idle shims beyond this many end; a machine rarely needs more at the same instant.
constexpr std::size_t idle_shims_max = 16;

UniqueFd listen_to_children() {
  sigset_t child_signal;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  return UniqueFd(::signalfd(-1, &child_signal, SFD_CLOEXEC | SFD_NONBLOCK));
}

void forget_signals(const UniqueFd& signals) {
  signalfd_siginfo signal{};
  while (::read(signals.get(), &signal, sizeof signal) == sizeof signal) {
  }
}

/// Forks shims, undertakers for shims that died, and who does chores. As small as can be, since
/// every shim is a copy.
class Keeper {
 public:
  Keeper(UniqueFd control, UniqueFd events)
      : control_(std::move(control)), events_(std::move(events)), place_(place_of_processes()) {}

  void run();

 private:
  struct Child {
    UniqueFd line = {};  ///< to a shim; an undertaker has none
    MessageReader reader = {};
    std::optional<AttemptPlace> attempt = {};  ///< that the shim has in hand, or had last
    bool is_idle = true;
  };

  void wait();
  void take_messages();
  void take(const Message& message);
  void start(const std::string& packed_request);
  Result<pid_t> ready_shim();
  Result<pid_t> fork_shim();
  void hear(pid_t shim);
  void stop(const std::string& packed_name_and_mode);
  void bury(const AttemptPlace& attempt);
  void do_chores(const std::string& home);
  template <typename Work>
  pid_t fork_helper(const char* name, Work work);
  void engine_left();
  void reap();
  void tell_suspended(pid_t shim);
  void kill_orphans();

  UniqueFd control_;
  UniqueFd events_;
  std::string place_;
  UniqueFd signals_;
  UniqueFd epoll_;
  MessageReader reader_;
  std::unordered_map<pid_t, Child> children_;
  std::vector<pid_t> idle_;  ///< shims; the last one is the warmest
  pid_t chores_child_ = 0;
  bool are_chores_wanted_ = false;  ///< by the one that follows
  std::string chores_home_;
};

/// Lowest priority for processor and disk.
void yield_to_others() {
  constexpr int of_process = 1, idle_class = 3 << 13;  // linux/ioprio.h
  (void)::setpriority(PRIO_PROCESS, 0, 19);
  (void)::syscall(SYS_ioprio_set, of_process, 0, idle_class);
}

// What epoll tells of; other numbers are the ids of shims.
constexpr std::uint64_t control_source = 0;
constexpr std::uint64_t signals_source = UINT64_MAX;

void Keeper::run() {
  signals_ = listen_to_children();
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!signals_ || !epoll_) return;
  if (!epoll_listen(epoll_, signals_.get(), signals_source) ||
      !epoll_listen(epoll_, control_.get(), control_source))
    return;
  // Before it is asked for: the first attempt need not wait for it.
  if (const auto shim = fork_shim()) idle_.push_back(*shim);
  while (control_ || !children_.empty()) wait();
}

void Keeper::wait() {
  std::array<epoll_event, 16> ready{};
  const int count = ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), -1);
  bool has_messages = false;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t source = ready[static_cast<std::size_t>(i)].data.u64;
    if (source == signals_source)
      reap();
    else if (source == control_source)
      has_messages = true;
    else
      hear(static_cast<pid_t>(source));
  }
  // Last: a shim says that it is ready before the engine hears why it may start more.
  if (has_messages) take_messages();
}

void Keeper::take_messages() {
  while (control_) {
    auto message = reader_.receive(control_.get());
    // The engine is gone, or talks what we do not understand.
    if (!message) return engine_left();
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
    case MessageKind::do_chores:
      return do_chores(message.body);
    default:
      return;
  }
}

// Shims that have work go on; those that have none are not needed any more.
void Keeper::engine_left() {
  control_.reset();
  for (const pid_t shim : idle_) children_.at(shim).line.reset();
  idle_.clear();
}

void Keeper::start(const std::string& packed_request) {
  const auto attempt = unpack_attempt_place(packed_request);
  if (!attempt) return;
  for (;;) {
    const auto shim = ready_shim();
    if (!shim)
      return send_event(events_.get(), MessageKind::not_started,
                        pack_not_started(attempt->name, shim.error()));
    Child& child = children_.at(*shim);
    bool is_sent = true;
    for (const auto& packet : to_packets(MessageKind::start, packed_request))
      is_sent = is_sent && send_packet(child.line.get(), packet, Sending::may_block).ok();
    // One that has just died while it was idle has nothing of the attempt yet.
    if (!is_sent) {
      child.line.reset();
      continue;
    }
    child.attempt = *attempt;
    child.is_idle = false;
    return;
  }
}

Result<pid_t> Keeper::ready_shim() {
  if (idle_.empty()) return fork_shim();
  const pid_t shim = idle_.back();
  idle_.pop_back();
  return shim;
}

Result<pid_t> Keeper::fork_shim() {
  SocketPair line = TRY(make_socket_pair());
  const pid_t child = ::fork();
  if (child < 0) return errno_error(errno, "starting a process for the attempt");
  if (child == 0) {
    // With these open it would keep its brothers from hearing that the keeper is gone.
    children_.clear();
    line.first.reset();
    control_.reset();
    signals_.reset();
    epoll_.reset();
    serve_as_shim(std::move(line.second), events_.get(), place_);
    ::_exit(0);
  }
  const int fd = line.first.get();
  children_.emplace(child, Child{.line = std::move(line.first)});
  TRY(epoll_listen(epoll_, fd, static_cast<std::uint64_t>(child)));
  return child;
}

void Keeper::hear(pid_t shim) {
  const auto found = children_.find(shim);
  if (found == children_.end()) return;
  Child& child = found->second;
  while (child.line) {
    const auto message = child.reader.receive(child.line.get());
    // It is about to end; reap() hears how.
    if (!message) return child.line.reset();
    if (!*message) return;
    child.is_idle = true;
    if (!control_ || idle_.size() >= idle_shims_max) return child.line.reset();
    idle_.push_back(shim);
  }
}

void Keeper::stop(const std::string& packed_name_and_mode) {
  const std::string name = Unpacker(packed_name_and_mode).text();
  for (const auto& [id, child] : children_) {
    if (!child.line || child.is_idle || !child.attempt || child.attempt->name != name) continue;
    for (const auto& packet : to_packets(MessageKind::stop, packed_name_and_mode))
      (void)send_packet(child.line.get(), packet, Sending::never_blocks).ok();
    // One that is stopped hears it only when it goes on.
    ::kill(id, SIGCONT);
  }
}

/// A child that does one thing; -1 if there can be none.
template <typename Work>
pid_t Keeper::fork_helper(const char* name, Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_NAME, name);
    children_.clear();
    control_.reset();
    signals_.reset();
    epoll_.reset();
    work();
    ::_exit(0);
  }
  if (child > 0) children_.emplace(child, Child{});
  return child;
}

void Keeper::bury(const AttemptPlace& attempt) {
  const pid_t child = fork_helper("gt-undertaker", [&] {
    const auto record = bury_attempt(attempt.folder, attempt.name);
    Packer event;
    event.text(attempt.name);
    if (record)
      send_event(events_.get(), MessageKind::ended, event.text(to_json_text(*record)).take());
    else
      send_event(events_.get(), MessageKind::already_started, event.take());
  });
  // The engine looks for itself, and asks again later.
  if (child < 0)
    send_event(events_.get(), MessageKind::already_started, Packer().text(attempt.name).take());
}

void Keeper::do_chores(const std::string& home) {
  // One that is about to end may have looked for the last time.
  are_chores_wanted_ = true;
  if (chores_child_ > 0) return;
  are_chores_wanted_ = false;
  chores_home_ = home;
  // If it cannot be forked they stay for the next engine.
  chores_child_ = fork_helper("gt-chores", [&] {
    // It is nobody's attempt: whoever wants to end it may.
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    events_.reset();
    yield_to_others();
    gt::do_chores(home, ChorePace::yielding);
  });
}

void Keeper::reap() {
  forget_signals(signals_);
  bool has_orphans = false;
  std::vector<AttemptPlace> lost;
  for (;;) {
    int status = 0;
    const pid_t id = ::waitpid(-1, &status, WNOHANG | WUNTRACED);
    if (id < 0 && errno == EINTR) continue;
    if (id <= 0) break;
    if (WIFSTOPPED(status)) {
      tell_suspended(id);
      continue;
    }
    if (id == chores_child_) chores_child_ = 0;
    // What it said last is still to be heard.
    hear(id);
    std::erase(idle_, id);
    auto child = children_.extract(id);
    // An idle one that was killed may not have told the end of what it had last.
    const bool is_lost = child && (!child.mapped().is_idle || !WIFEXITED(status));
    // One that we did not fork was left by a shim that died, and may have left others.
    has_orphans = has_orphans || !child || is_lost;
    if (is_lost && child.mapped().attempt) lost.push_back(*std::move(child.mapped().attempt));
  }
  if (has_orphans) kill_orphans();
  for (const auto& attempt : lost) bury(attempt);
  if (chores_child_ <= 0 && are_chores_wanted_) do_chores(std::string(chores_home_));
}

void Keeper::tell_suspended(pid_t shim) {
  const auto child = children_.find(shim);
  if (child == children_.end() || child->second.is_idle || !child->second.attempt) return;
  send_event(events_.get(), MessageKind::suspended,
             Packer().text(child->second.attempt->name).number(shim).take());
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
  UniqueFd signals = listen_to_children();
  const auto fork_one = [&](UniqueFd control) {
    if (::fork() != 0) return;
    requests.reset();
    signals.reset();
    be_keeper(std::move(control), std::move(events));
  };
  fork_one(std::move(first_control));
  MessageReader reader;
  for (;;) {
    std::array<pollfd, 2> waits{pollfd{requests.get(), POLLIN, 0},
                                pollfd{signals.get(), POLLIN, 0}};
    ::poll(waits.data(), waits.size(), -1);
    forget_signals(signals);
    int status = 0;
    for (pid_t id = 0; (id = ::waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;)
      if (WIFSTOPPED(status))
        send_event(events.get(), MessageKind::suspended, Packer().text("").number(id).take());
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
