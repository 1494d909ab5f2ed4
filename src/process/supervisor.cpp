#include "process/supervisor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "process/packing.h"
#include "process/process_table.h"
#include "process/spawn.h"

namespace gt {

namespace {

// A command that ends sooner is reported by its end alone: one message less for the engine.
constexpr Duration quick = std::chrono::milliseconds(50);
constexpr Duration leftover_grace_max = std::chrono::seconds(2);
constexpr Duration kill_interval = std::chrono::milliseconds(20);
constexpr Duration kill_duration_max = std::chrono::seconds(30);
constexpr std::size_t read_bytes = 64U << 10U;
constexpr int reads_per_turn_max = 16;
// An event must fit into one packet.
constexpr std::size_t message_bytes_max = 8U << 10U;

std::string name_of_signal(int signal) {
  const char* abbreviation = sigabbrev_np(signal);
  if (abbreviation == nullptr) return fmt::format("signal {}", signal);
  return fmt::format("signal {} (SIG{}: {})", signal, abbreviation, sigdescr_np(signal));
}

// How often the kernel has killed for want of memory since the machine started.
std::optional<std::int64_t> out_of_memory_kills() {
  const auto statistics = read_file("/proc/vmstat");
  if (!statistics) return std::nullopt;
  constexpr std::string_view name = "\noom_kill ";
  const auto at = statistics->find(name);
  if (at == std::string::npos) return std::nullopt;
  std::int64_t count = 0;
  std::from_chars(statistics->data() + at + name.size(), statistics->data() + statistics->size(),
                  count);
  return count;
}

Duration to_duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

void say_ready(ShimLines& lines) {
  if (!lines.keeper) return;
  const auto packets = to_packets(MessageKind::ready, "");
  if (!send_packet(lines.keeper.get(), packets[0], Sending::may_block)) lines.keeper.reset();
}

Supervisor::Supervisor(const SpawnRequest& request, AttemptClaim claim, ShimLines& lines)
    : request_(request),
      lines_(lines),
      claim_(std::move(claim)),
      log_(claim_.folder(), request.secrets, request.log_bytes_max, clock_) {
  record_.name = request.name;
}

bool Supervisor::run() {
  if (const auto started = start(); !started)
    describe_failure(started.error());
  else
    while (!is_over()) turn();
  finish();
  return !has_given_up_;
}

void Supervisor::describe_failure(const Error& why) {
  const bool is_machine = why.code == Errc::exhausted || why.code == Errc::unavailable;
  record_.cause = is_machine ? ExitCause::internal : ExitCause::spawn_failed;
  record_.message = why.hint.empty() ? why.message : why.message + " (" + why.hint + ")";
  record_.ended_at = clock_.now();
}

Result<void> Supervisor::start() {
  for (const auto& name : request_.folders) TRY(make_directories(join_path(request_.folder, name)));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error(errno, "making a pipe for the log");
  output_.reset(ends[0]);
  const UniqueFd command_end(ends[1]);
  if (::fcntl(output_.get(), F_SETFL, O_NONBLOCK) != 0)
    return errno_error(errno, "preparing the pipe for the log");
  record_.started_at = clock_.now();
  started_ = clock_.steady();
  auto spawned = spawn_command(request_, command_end.get());
  if (!spawned) {
    record_.started_at.reset();
    return std::move(spawned).error();
  }
  main_ = *spawned;
  return {};
}

void Supervisor::turn() {
  wait();
  read_messages();
  read_signals();
  act_on_time();
}

std::optional<Duration> Supervisor::next_deadline() const {
  std::optional<Duration> next;
  const auto consider = [&next](Duration deadline) {
    next = next ? std::min(*next, deadline) : deadline;
  };
  if (!is_announced_ && !is_main_ended_) consider(started_ + quick);
  if (phase_ == Phase::running && request_.timeout && !is_main_ended_)
    consider(started_ + *request_.timeout);
  if (phase_ != Phase::running) consider(kill_at_);
  return next;
}

void Supervisor::wait() {
  // A descriptor of -1 is passed over.
  std::array<pollfd, 3> waits{pollfd{lines_.signals.get(), POLLIN, 0},
                              pollfd{lines_.keeper.get(), POLLIN, 0},
                              pollfd{output_.get(), POLLIN, 0}};
  timespec left{};
  const auto deadline = next_deadline();
  if (deadline) {
    const auto nanoseconds =
        std::chrono::nanoseconds(std::max(Duration(0), *deadline - clock_.steady())).count();
    left.tv_sec = nanoseconds / 1'000'000'000;
    left.tv_nsec = nanoseconds % 1'000'000'000;
  }
  if (::ppoll(waits.data(), waits.size(), deadline ? &left : nullptr, nullptr) <= 0) return;
  if ((waits[2].revents & POLLIN) != 0)
    pump();
  else if (waits[2].revents != 0)
    output_.reset();  // closed by all who could write
}

void Supervisor::pump() {
  if (!output_) return;
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(read_bytes);
  for (int i = 0; i < reads_per_turn_max; ++i) {
    const ssize_t count = ::read(output_.get(), buffer_.get(), read_bytes);
    if (count < 0) return;  // empty for now
    if (count == 0) return output_.reset();
    log_.write({buffer_.get(), static_cast<std::size_t>(count)});
  }
}

void Supervisor::read_messages() {
  while (lines_.keeper) {
    const auto message = lines_.reader.receive(lines_.keeper.get());
    if (!message) return lines_.keeper.reset();  // we can do without it
    if (!*message) return;
    Unpacker unpacker((*message)->body);
    if ((*message)->kind == MessageKind::stop && unpacker.text() == request_.name)
      stop(unpacker.number() == 1 ? StopSignal::kill : StopSignal::terminate);
  }
}

void Supervisor::read_signals() {
  std::array<signalfd_siginfo, 8> signals{};
  const ssize_t bytes = ::read(lines_.signals.get(), signals.data(), sizeof signals);
  bool has_child_ended = false;
  for (std::size_t i = 0; bytes > 0 && i < static_cast<std::size_t>(bytes) / sizeof signals[0];
       ++i) {
    const auto& signal = signals[i];
    switch (signal.ssi_signo) {
      case SIGCHLD:
        has_child_ended = true;
        break;
      case SIGXFSZ:
        break;  // the write that it is about has failed, and says so
      case SIGUSR1:
      case SIGUSR2:
        // Any other is late: for an attempt that we had before.
        if (signal.ssi_ptr == claim_.token())
          stop(signal.ssi_signo == SIGUSR2 ? StopSignal::kill : StopSignal::terminate);
        break;
      default:
        set_reason(ExitCause::signal,
                   fmt::format("stopped from outside: its supervisor got {}",
                               name_of_signal(static_cast<int>(signal.ssi_signo))));
        terminate(request_.grace);
        break;
    }
  }
  if (has_child_ended) reap();
}

void Supervisor::stop(StopSignal mode) {
  if (mode == StopSignal::kill) {
    set_reason(ExitCause::cancelled, "killed by request");
    kill_tree();
  } else {
    set_reason(ExitCause::cancelled, "stopped by request");
    terminate(request_.grace);
  }
}

void Supervisor::reap() {
  for (;;) {
    int status = 0;
    rusage usage{};
    const pid_t child = ::wait4(-1, &status, WNOHANG, &usage);
    if (child < 0 && errno == EINTR) continue;
    has_children_ = child >= 0;
    if (child <= 0) break;
    add_usage(usage);
    if (child == main_) main_ended(status);
  }
  if (!is_main_ended_ || !has_children_ || phase_ == Phase::killing) return;
  if (record_.leftovers == 0)
    if (const auto processes = list_processes())
      record_.leftovers = std::ssize(descendants_of(::getpid(), *processes));
  terminate(std::min(request_.grace, leftover_grace_max));
}

// Of a child with all that it waited for; what it did not wait for comes to us itself.
void Supervisor::add_usage(const rusage& usage) {
  record_.peak_memory_bytes =
      std::max(record_.peak_memory_bytes, std::int64_t{usage.ru_maxrss} << 10U);
  record_.cpu_user += to_duration(usage.ru_utime);
  record_.cpu_system += to_duration(usage.ru_stime);
}

void Supervisor::main_ended(int status) {
  is_main_ended_ = true;
  record_.ended_at = clock_.now();
  record_.duration = clock_.steady() - started_;
  if (WIFEXITED(status)) record_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) record_.signal = WTERMSIG(status);
  describe_end();
}

void Supervisor::describe_end() {
  if (stop_cause_) {
    record_.cause = *stop_cause_;
    record_.message = stop_reason_;
    if (was_asked_ && was_killed_ && record_.signal == SIGKILL)
      record_.message += "; it did not end when asked to, and was killed";
  } else if (record_.signal) {
    record_.cause = ExitCause::signal;
    record_.message = "ended by " + name_of_signal(*record_.signal);
    const auto kills = record_.signal == SIGKILL ? out_of_memory_kills() : std::nullopt;
    if (kills && out_of_memory_before_ && *kills > *out_of_memory_before_) {
      record_.cause = ExitCause::out_of_memory;
      record_.message =
          "killed by the kernel: the machine, or the group that the step runs in, "
          "was out of memory";
    }
  } else {
    record_.cause = ExitCause::exit;
    if (record_.exit_code != 0)
      record_.message = fmt::format("ended with exit code {}", record_.exit_code.value_or(-1));
  }
}

void Supervisor::act_on_time() {
  const Duration now = clock_.steady();
  if (!is_announced_ && now >= started_ + quick && !is_main_ended_) announce();
  if (phase_ == Phase::running && request_.timeout && now >= started_ + *request_.timeout &&
      !is_main_ended_) {
    set_reason(ExitCause::timeout, fmt::format("ran longer than its timeout of {}",
                                               format_duration(*request_.timeout)));
    terminate(request_.grace);
  }
  if (phase_ != Phase::running && now >= kill_at_ && !is_over()) kill_tree();
}

void Supervisor::announce() {
  is_announced_ = true;
  out_of_memory_before_ = out_of_memory_kills();
  send_event(lines_.events, MessageKind::started,
             Packer().text(request_.name).number(to_microseconds(*record_.started_at)).take());
}

// The first reason counts; after the main process has ended by itself nothing is stopped any more.
void Supervisor::set_reason(ExitCause cause, std::string why) {
  if (is_main_ended_ || stop_cause_) return;
  stop_cause_ = cause;
  stop_reason_ = std::move(why);
}

void Supervisor::terminate(Duration grace) {
  const Duration kill_at = clock_.steady() + grace;
  if (phase_ == Phase::running) {
    phase_ = Phase::terminating;
    was_asked_ = true;
    kill_at_ = kill_at;
    signal_tree(SIGTERM);
    // A stopped process hears TERM only when it goes on.
    signal_tree(SIGCONT);
  } else if (phase_ == Phase::terminating) {
    kill_at_ = std::min(kill_at_, kill_at);
  }
}

void Supervisor::kill_tree() {
  const Duration now = clock_.steady();
  if (phase_ != Phase::killing) {
    phase_ = Phase::killing;
    was_killed_ = true;
    give_up_at_ = now + kill_duration_max;
  }
  has_given_up_ = now >= give_up_at_;
  kill_at_ = now + kill_interval;
  // Again and again: while we look, the tree may grow.
  signal_tree(SIGKILL);
}

void Supervisor::signal_tree(int signal) {
  if (const auto processes = list_processes()) {
    for (const pid_t process : descendants_of(::getpid(), *processes)) ::kill(process, signal);
  } else if (!is_main_ended_) {
    ::kill(-main_, signal);
  }
}

void Supervisor::finish() {
  pump();
  log_.finish();
  if (has_given_up_) {
    if (!is_main_ended_) {
      record_.ended_at = clock_.now();
      record_.duration = clock_.steady() - started_;
      describe_end();
    }
    record_.message += fmt::format("; some of its processes could not be killed within {}",
                                   format_duration(kill_duration_max));
  }
  record_.log_bytes = log_.bytes();
  record_.log_bytes_left_out = log_.bytes_left_out();
  record_.log_problem = log_.problem();
  record_.message.resize(std::min(record_.message.size(), message_bytes_max));
  if (auto written = claim_.record_end(record_); !written)
    record_.message += (record_.message.empty() ? "" : "; ") + written.error().message;
  // First, so that who hears of the end finds nothing running, and a shim for what comes next.
  claim_.release();
  if (!has_given_up_) say_ready(lines_);
  send_event(lines_.events, MessageKind::ended,
             Packer().text(request_.name).text(to_json_text(record_)).take());
}

}  // namespace gt
