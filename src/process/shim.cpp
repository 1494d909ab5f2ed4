#include "process/shim.h"

#include <array>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "process/packing.h"
#include "process/supervisor.h"

namespace gt {

namespace {

// XFSZ would end the shim where the user limits the size of files (ulimit -f).
constexpr std::array shim_signals = {SIGCHLD, SIGUSR1, SIGUSR2, SIGTERM,
                                     SIGINT,  SIGHUP,  SIGQUIT, SIGXFSZ};

sigset_t shim_signal_set() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : shim_signals) sigaddset(&signals, signal);
  return signals;
}

// False when the shim had better end.
bool run_attempt(const SpawnRequest& request, ShimLines& lines, const std::string& place) {
  auto claim = AttemptClaim::take(request.folder, place);
  if (claim && *claim) return Supervisor(request, **std::move(claim), lines).run();
  say_ready(lines);
  if (claim)
    send_event(lines.events, MessageKind::already_started, Packer().text(request.name).take());
  else
    send_event(lines.events, MessageKind::not_started,
               pack_not_started(request.name, claim.error()));
  return true;
}

// nullopt when there will be none: the keeper is gone, or somebody wants us to end.
std::optional<SpawnRequest> next_request(ShimLines& lines) {
  while (lines.keeper) {
    auto message = lines.reader.receive(lines.keeper.get());
    if (!message) return std::nullopt;
    if (*message && (*message)->kind == MessageKind::start) {
      auto request = unpack_spawn_request((*message)->body);
      if (!request) return std::nullopt;
      return *std::move(request);
    }
    // Another message is a stop that came too late.
    if (*message) continue;
    std::array<pollfd, 2> waits{pollfd{lines.keeper.get(), POLLIN, 0},
                                pollfd{lines.signals.get(), POLLIN, 0}};
    ::poll(waits.data(), waits.size(), -1);
    signalfd_siginfo signal{};
    while (waits[1].revents != 0 &&
           ::read(lines.signals.get(), &signal, sizeof signal) == sizeof signal)
      if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT || signal.ssi_signo == SIGHUP ||
          signal.ssi_signo == SIGQUIT)
        return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void block_shim_signals() {
  const sigset_t signals = shim_signal_set();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
}

void serve_as_shim(UniqueFd keeper, int events, const std::string& place) {
  ::prctl(PR_SET_NAME, "gt-shim");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::setsid();
  const sigset_t set = shim_signal_set();
  UniqueFd signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return;
  ShimLines lines{
      .keeper = std::move(keeper), .reader = {}, .events = events, .signals = std::move(signals)};
  while (const auto request = next_request(lines))
    if (!run_attempt(*request, lines, place)) return;
}

}  // namespace gt
