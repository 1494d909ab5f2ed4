#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <map>
#include <mutex>
#include <signal.h>
#include <span>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

#include "process/attempt_watcher.h"
#include "process/epoll.h"
#include "process/keeper.h"
#include "process/message.h"
#include "process/packing.h"

namespace gt {

namespace {

// What the epoll descriptor says is readable.
enum Source : std::uint64_t {
  control_source,
  nursery_source,
  events_source,
  watcher_source,
  doorbell_source,
};

struct Attempt {
  std::string folder;
  std::string packed_request = {};  ///< until the shim is known to be there
  std::optional<StopSignal> stop = {};
  bool is_of_this_keeper = false;
};

}  // namespace

struct KeeperClient::State {
  std::mutex mutex;
  KeeperLink link;
  UniqueFd epoll;
  AttemptWatcher watcher;
  UniqueFd doorbell;  ///< rung for what is found outside of poll()
  bool waits_to_send = false;
  pid_t suspended_keeper = 0;  ///< 0: none
  MessageReader reader;
  std::deque<std::string> outbox;  ///< packets for the keeper
  std::map<std::string, Attempt> attempts;
  std::vector<ProcessEvent> happened;

  void post(MessageKind kind, std::string_view body);
  void flush();
  void turn(std::uint64_t source, std::uint32_t readiness);
  void take_events();
  void take(const Message& message);
  void suspended(const std::string& name, std::int64_t process);
  void keeper_died();
  Result<void> replace_keeper();
  void end(const std::string& name, ExitRecord record);
  void fail(const std::string& name, Error why);
  void look(const std::string& name);
  void watch(const std::string& name, Attempt& attempt);
  void bury(const std::string& name, Attempt& attempt);
  bool has_keeper() const { return static_cast<bool>(link.control); }
};

void KeeperClient::State::post(MessageKind kind, std::string_view body) {
  for (auto& packet : to_packets(kind, body)) outbox.push_back(std::move(packet));
  flush();
}

void KeeperClient::State::flush() {
  while (!outbox.empty() && has_keeper()) {
    const auto sent = send_packet(link.control.get(), outbox.front(), Sending::never_blocks);
    // That the keeper is gone is seen by poll(), which starts over with another one.
    if (!sent || !*sent) break;
    outbox.pop_front();
  }
  const bool waits = !outbox.empty();
  if (waits == waits_to_send || !has_keeper()) return;
  const std::uint32_t interest = waits ? EPOLLIN | EPOLLOUT : EPOLLIN;
  waits_to_send =
      epoll_listen(epoll, link.control.get(), control_source, interest, EPOLL_CTL_MOD).ok() ? waits
                                                                                            : false;
}

void KeeperClient::State::turn(std::uint64_t source, std::uint32_t readiness) {
  std::uint64_t count = 0;
  switch (source) {
    case events_source:
      return take_events();
    case control_source:
      // A keeper never writes here.
      return (readiness & EPOLLHUP) != 0 ? keeper_died() : flush();
    case nursery_source:
      return link.nursery.reset();
    case watcher_source:
      for (const auto& name : watcher.poll())
        if (attempts.contains(name)) look(name);
      return;
    case doorbell_source:
      (void)!::read(doorbell.get(), &count, sizeof count);
      return;
    default:
      return;
  }
}

void KeeperClient::State::take_events() {
  for (;;) {
    const auto message = reader.receive(link.events.get());
    // No keeper, nursery or shim of ours is left to write.
    if (!message) return link.events.reset();
    if (!*message) return;
    take(**message);
  }
}

void KeeperClient::State::take(const Message& message) {
  Unpacker unpacker(message.body);
  const std::string name = unpacker.text();
  if (message.kind == MessageKind::suspended) return suspended(name, unpacker.number());
  const auto attempt = attempts.find(name);
  // Ended already: its end came by two ways.
  if (attempt == attempts.end()) return;
  switch (message.kind) {
    case MessageKind::started:
      attempt->second.packed_request.clear();
      happened.push_back({name, ProcessStarted{from_microseconds(unpacker.number())}});
      return;
    case MessageKind::already_started:
      // Somebody else's shim has it, which has not heard what our keeper was asked.
      attempt->second.is_of_this_keeper = false;
      if (attempt->second.stop)
        (void)stop_attempt(attempt->second.folder, *attempt->second.stop).ok();
      return look(name);
    case MessageKind::ended: {
      auto record = parse_exit_record(unpacker.text());
      if (record) return end(name, *std::move(record));
      return fail(name, std::move(record).error());
    }
    case MessageKind::not_started: {
      const auto code = static_cast<Errc>(unpacker.number());
      std::string text = unpacker.text();
      return fail(name, Error{code, std::move(text), unpacker.text()});
    }
    default:
      return;
  }
}

void KeeperClient::State::suspended(const std::string& name, std::int64_t process) {
  const auto id = static_cast<pid_t>(process);
  if (name.empty()) suspended_keeper = id;
  if (name.empty() || attempts.contains(name)) happened.push_back({name, ProcessSuspended{id}});
}

void KeeperClient::State::end(const std::string& name, ExitRecord record) {
  const auto attempt = attempts.find(name);
  watcher.forget(name);
  attempts.erase(attempt);
  happened.push_back({name, ProcessEnded{std::move(record)}});
}

void KeeperClient::State::fail(const std::string& name, Error why) {
  const auto attempt = attempts.find(name);
  watcher.forget(name);
  attempts.erase(attempt);
  happened.push_back({name, ProcessNotStarted{std::move(why)}});
}

// What the folder says about an attempt that somebody else's shim has, or had.
void KeeperClient::State::look(const std::string& name) {
  Attempt& attempt = attempts.at(name);
  auto status = inspect_attempt(attempt.folder);
  if (!status) return fail(name, std::move(status).error());
  switch (status->phase) {
    case AttemptPhase::ended:
      return end(name, *std::move(status->exit));
    case AttemptPhase::running:
      return watch(name, attempt);
    case AttemptPhase::lost:
      return bury(name, attempt);
    case AttemptPhase::never_started:
      return fail(name,
                  error(Errc::unavailable, "the attempt's supervisor died before it started"));
  }
}

void KeeperClient::State::watch(const std::string& name, Attempt& attempt) {
  attempt.packed_request.clear();
  watcher.watch(name, attempt.folder);
  // It may have ended before it was watched.
  auto status = inspect_attempt(attempt.folder);
  if (status && status->phase == AttemptPhase::ended) end(name, *std::move(status->exit));
}

void KeeperClient::State::bury(const std::string& name, Attempt& attempt) {
  if (!has_keeper())
    return end(name, ExitRecord{.name = name,
                                .cause = ExitCause::lost,
                                .message = "the processes that supervised the attempt were killed; "
                                           "what they started may still run",
                                .ended_at = SystemClock().now()});
  post(MessageKind::bury, pack(AttemptPlace{name, attempt.folder}));
  // Should the undertaker die too, somebody looks.
  watcher.watch_by_time(name);
}

void KeeperClient::State::keeper_died() {
  link.control.reset();
  outbox.clear();
  waits_to_send = false;
  suspended_keeper = 0;
  const auto replaced = replace_keeper();
  std::vector<std::string> names;
  for (const auto& [name, attempt] : attempts)
    if (attempt.is_of_this_keeper) names.push_back(name);
  for (const auto& name : names) {
    Attempt& attempt = attempts.at(name);
    attempt.is_of_this_keeper = false;
    const auto status = inspect_attempt(attempt.folder);
    const bool never_started = status && status->phase == AttemptPhase::never_started;
    if (never_started && !attempt.packed_request.empty() && replaced) {
      // The keeper may have died before or after it forked the shim: the lock decides.
      attempt.is_of_this_keeper = true;
      post(MessageKind::start, attempt.packed_request);
      if (attempt.stop)
        post(MessageKind::stop,
             Packer().text(name).number(attempt.stop == StopSignal::kill ? 1 : 0).take());
      continue;
    }
    if (attempt.stop) (void)stop_attempt(attempt.folder, *attempt.stop).ok();
    if (never_started && !replaced)
      fail(name, error(Errc::unavailable, "the keeper and its nursery were killed"));
    else
      look(name);
  }
}

Result<void> KeeperClient::State::replace_keeper() {
  if (!link.nursery) return error(Errc::unavailable, "the keeper's nursery was killed");
  SocketPair control = TRY(make_socket_pair());
  const bool sent = TRY(send_packet(link.nursery.get(), to_packets(MessageKind::new_keeper, "")[0],
                                    Sending::never_blocks, control.second.get()));
  if (!sent) return error(Errc::unavailable, "the keeper's nursery does not answer");
  TRY(epoll_listen(epoll, control.first.get(), control_source));
  link.control = std::move(control.first);
  return {};
}

KeeperClient::KeeperClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeeperClient::~KeeperClient() = default;

Result<std::unique_ptr<KeeperClient>> KeeperClient::open(KeeperLink link) {
  auto state = std::make_unique<State>();
  state->link = std::move(link);
  state->epoll.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!state->epoll) return errno_error(errno, "making an epoll descriptor");
  state->watcher = TRY(AttemptWatcher::open());
  state->doorbell.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!state->doorbell) return errno_error(errno, "making an event descriptor");
  TRY(epoll_listen(state->epoll, state->doorbell.get(), doorbell_source));
  TRY(epoll_listen(state->epoll, state->link.control.get(), control_source));
  TRY(epoll_listen(state->epoll, state->link.nursery.get(), nursery_source));
  TRY(epoll_listen(state->epoll, state->link.events.get(), events_source));
  TRY(epoll_listen(state->epoll, state->watcher.event_fd(), watcher_source));
  return std::unique_ptr<KeeperClient>(new KeeperClient(std::move(state)));
}

Result<void> KeeperClient::start(const SpawnRequest& request) {
  std::string packed = pack(request);
  const std::lock_guard lock(state_->mutex);
  if (!state_->has_keeper())
    return {Error{Errc::unavailable, "the keeper and its nursery were killed",
                  "what runs goes on; start geartrain again to start more"}};
  const auto [attempt, is_new] =
      state_->attempts.try_emplace(request.name, Attempt{.folder = request.folder});
  if (!is_new) return {};
  attempt->second.is_of_this_keeper = true;
  state_->post(MessageKind::start, packed);
  attempt->second.packed_request = std::move(packed);
  return {};
}

Result<void> KeeperClient::adopt(const std::string& name, const std::string& folder) {
  const auto status = TRY(inspect_attempt(folder));
  if (status.phase == AttemptPhase::never_started)
    return error(Errc::not_found, "the attempt was never started");
  const std::lock_guard lock(state_->mutex);
  if (!state_->attempts.try_emplace(name, Attempt{.folder = folder}).second) return {};
  state_->look(name);
  const std::uint64_t once = 1;
  if (::write(state_->doorbell.get(), &once, sizeof once) < 0)
    return errno_error(errno, "ringing for what was found");
  return {};
}

Result<void> KeeperClient::stop(const std::string& name, StopSignal mode) {
  const std::lock_guard lock(state_->mutex);
  const auto attempt = state_->attempts.find(name);
  if (attempt == state_->attempts.end()) return {};
  if (attempt->second.stop != StopSignal::kill) attempt->second.stop = mode;
  if (attempt->second.is_of_this_keeper && state_->has_keeper()) {
    state_->post(MessageKind::stop,
                 Packer().text(name).number(mode == StopSignal::kill ? 1 : 0).take());
    if (const pid_t keeper = std::exchange(state_->suspended_keeper, 0)) ::kill(keeper, SIGCONT);
    return {};
  }
  auto stopped = stop_attempt(attempt->second.folder, mode);
  // It ends by itself just now.
  if (!stopped && stopped.error().code == Errc::conflict) return {};
  return stopped;
}

void KeeperClient::do_chores(const std::string& home) {
  const std::lock_guard lock(state_->mutex);
  if (state_->has_keeper()) state_->post(MessageKind::do_chores, home);
}

bool KeeperClient::is_cut_off() const {
  const std::lock_guard lock(state_->mutex);
  return !state_->has_keeper();
}

int KeeperClient::event_fd() const { return state_->epoll.get(); }

std::vector<ProcessEvent> KeeperClient::poll() {
  const std::lock_guard lock(state_->mutex);
  std::array<epoll_event, 32> ready{};
  for (;;) {
    const int count =
        ::epoll_wait(state_->epoll.get(), ready.data(), static_cast<int>(ready.size()), 0);
    if (count <= 0) return std::exchange(state_->happened, {});
    for (const auto& event : std::span(ready).first(static_cast<std::size_t>(count)))
      state_->turn(event.data.u64, event.events);
  }
}

}  // namespace gt
