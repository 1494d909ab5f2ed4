#include "execute/host_executor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <set>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

#include "base/thread.h"
#include "execute/host_files.h"
#include "execute/host_request.h"

namespace gt {

namespace {

Cause to_cause(ExitCause cause) {
  switch (cause) {
    case ExitCause::exit:
      return Cause::exit;
    case ExitCause::signal:
      return Cause::signal;
    case ExitCause::timeout:
      return Cause::timeout;
    case ExitCause::out_of_memory:
      return Cause::out_of_memory;
    case ExitCause::cancelled:
      return Cause::cancelled;
    case ExitCause::spawn_failed:
      return Cause::image;
    case ExitCause::internal:
      return Cause::internal;
    case ExitCause::lost:
      return Cause::lost;
  }
  return Cause::internal;
}

AttemptFailed failure_of(const ExitRecord& record) {
  std::string message = record.message;
  // Else its own words would be missed without a word.
  if (!record.log_problem.empty()) message += "; its log is not whole: " + record.log_problem;
  return {.cause = to_cause(record.cause),
          .message = std::move(message),
          .exit_code = record.exit_code,
          .signal = record.signal};
}

bool ended_well(const ExitRecord& record) {
  return record.cause == ExitCause::exit && record.exit_code == 0;
}

std::string message_of(const Error& error) {
  return error.hint.empty() ? error.message : error.message + " (" + error.hint + ")";
}

StopSignal to_signal(StopMode mode) {
  return mode == StopMode::kill ? StopSignal::kill : StopSignal::terminate;
}

}  // namespace

Result<std::unique_ptr<HostExecutor>> HostExecutor::open(HostParts parts, HostSettings settings) {
  UniqueFd ending(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!ending) return errno_error(errno, "making an event descriptor");
  std::unique_ptr<HostExecutor> executor(
      new HostExecutor(std::move(parts), std::move(settings), std::move(ending)));
  TRY(executor->workers_.start(executor->settings_.workers));
  executor->observer_ = TRY(start_thread([self = executor.get()] { self->observe(); }));
  return executor;
}

HostExecutor::HostExecutor(HostParts parts, HostSettings settings, UniqueFd ending)
    : parts_(std::move(parts)), settings_(std::move(settings)), ending_(std::move(ending)) {}

HostExecutor::~HostExecutor() {
  const std::uint64_t once = 1;
  (void)!::write(ending_.get(), &once, sizeof once);
}

std::string HostExecutor::folder_of(const Launch& launch) const {
  return join_path(settings_.attempts, launch.outside_name);
}

bool HostExecutor::add(const std::shared_ptr<const Launch>& launch) {
  const std::lock_guard lock(mutex_);
  if (!attempts_.try_emplace(launch->attempt, Attempt{.launch = launch}).second) return false;
  by_name_.insert_or_assign(launch->outside_name, launch->attempt);
  return true;
}

void HostExecutor::start(Launch launch) {
  const auto shared = std::make_shared<const Launch>(std::move(launch));
  if (!add(shared)) return;
  // Without files to place it is done sooner than handed over.
  if (shared->inputs.empty() && !shared->python) return prepare(shared);
  workers_.post([this, shared] { prepare(shared); });
}

void HostExecutor::prepare(const std::shared_ptr<const Launch>& launch) {
  Variables python;
  if (launch->python) {
    auto variables = parts_.python(*launch);
    if (!variables)
      return tell_failure(launch->attempt, Cause::environment, message_of(variables.error()));
    python = *std::move(variables);
  }
  const auto request = make_request(*launch, python);
  if (!request) return tell_failure(launch->attempt, Cause::internal, message_of(request.error()));
  std::optional<Error> problem;
  bool is_stopped = false;
  {
    // stop() comes before this or finds the attempt with the keeper: none is lost in between.
    const std::lock_guard lock(mutex_);
    Attempt& attempt = attempts_.at(launch->attempt);
    is_stopped = attempt.stop.has_value();
    attempt.is_with_keeper = !is_stopped;
    if (!is_stopped)
      if (auto started = parts_.keeper.start(*request); !started)
        problem = std::move(started).error();
  }
  if (is_stopped) return stop_unprepared(*launch);
  if (problem) tell_not_started(launch->attempt, *problem);
}

/// It may run all the same: started by an engine that died before it could record that.
void HostExecutor::stop_unprepared(const Launch& launch) {
  const std::string folder = folder_of(launch);
  const auto status = inspect_attempt(folder);
  if (status && status->phase == AttemptPhase::never_started)
    return tell_failure(launch.attempt, Cause::cancelled, "stopped before it was started");
  StopMode mode = StopMode::terminate;
  {
    const std::lock_guard lock(mutex_);
    Attempt& attempt = attempts_.at(launch.attempt);
    attempt.is_with_keeper = true;
    mode = *attempt.stop;
  }
  const auto adopted = parts_.keeper.adopt(launch.outside_name, folder);
  if (!adopted) return tell_failure(launch.attempt, Cause::lost, message_of(adopted.error()));
  (void)parts_.keeper.stop(launch.outside_name, to_signal(mode)).ok();
}

Result<SpawnRequest> HostExecutor::make_request(const Launch& launch, const Variables& python) {
  const std::string folder = folder_of(launch);
  spares_.move_one_to(folder);
  if (!launch.inputs.empty()) {
    TRY(make_directories(folder));
    TRY(place_inputs(launch, folder, parts_.blobs));
  }
  if (launch.python) TRY(note_environment(folder, python));
  SpawnRequest request = host_request(launch, folder, settings_.caller_environment, python);
  request.grace = settings_.grace;
  request.log_bytes_max = settings_.log_bytes_max;
  return request;
}

void HostExecutor::adopt(Launch launch) {
  const auto shared = std::make_shared<const Launch>(std::move(launch));
  if (!add(shared)) return;
  {
    const std::lock_guard lock(mutex_);
    Attempt& attempt = attempts_.at(shared->attempt);
    attempt.is_with_keeper = true;
    attempt.is_start_told = true;  // else it would not be adopted
  }
  const auto adopted = parts_.keeper.adopt(shared->outside_name, folder_of(*shared));
  if (!adopted)
    tell_failure(shared->attempt, Cause::lost,
                 "the attempt cannot be found any more: " + adopted.error().message);
}

void HostExecutor::stop(const AttemptId& id, StopMode mode) {
  std::string name;
  {
    const std::lock_guard lock(mutex_);
    const auto attempt = attempts_.find(id);
    if (attempt == attempts_.end()) return;
    attempt->second.stop = mode;
    if (!attempt->second.is_with_keeper) return;
    name = attempt->second.launch->outside_name;
  }
  // One that cannot be reached goes on, and says so by not ending; there is nobody else to tell.
  (void)parts_.keeper.stop(name, to_signal(mode)).ok();
}

bool HostExecutor::has_ended(const std::string& outside_name) {
  const auto status = inspect_attempt(join_path(settings_.attempts, outside_name));
  return status && status->phase == AttemptPhase::ended;
}

std::vector<AttemptEvent> HostExecutor::poll() {
  const std::lock_guard lock(mutex_);
  for (auto& [launch, record] : std::exchange(untaken_, {}))
    workers_.post([this, launch, record] { collect(launch, record); });
  std::vector<AttemptEvent> events = events_;
  std::erase_if(events_, [](const AttemptEvent& event) {
    return std::holds_alternative<AttemptStarted>(event.what);
  });
  return events;
}

void HostExecutor::acknowledge(std::span<const AttemptId> attempts) {
  const std::set<AttemptId> ids(attempts.begin(), attempts.end());
  const std::lock_guard lock(mutex_);
  std::erase_if(events_, [&](const AttemptEvent& event) { return ids.contains(event.attempt); });
  for (const auto& id : ids) {
    const auto attempt = attempts_.find(id);
    if (attempt == attempts_.end() || !attempt->second.is_ended) continue;
    const std::string folder = folder_of(*attempt->second.launch);
    by_name_.erase(attempt->second.launch->outside_name);
    attempts_.erase(attempt);
    // What cannot be removed, or compressed, now is so by `gc`.
    workers_.post([this, folder] {
      if (forget_attempt_files(folder, parts_.chores)) spares_.offer(folder);
      (void)parts_.chores.compress_log_of(std::string(file_name(folder))).ok();
    });
  }
}

void HostExecutor::observe() {
  std::array<pollfd, 2> waits{pollfd{parts_.keeper.event_fd(), POLLIN, 0},
                              pollfd{ending_.get(), POLLIN, 0}};
  for (;;) {
    ::poll(waits.data(), waits.size(), -1);
    if (waits[1].revents != 0) return;
    for (const auto& event : parts_.keeper.poll()) take(event);
  }
}

void HostExecutor::take(const ProcessEvent& event) {
  if (event.name.empty())
    if (const auto* suspended = std::get_if<ProcessSuspended>(&event.what))
      return notice(
          fmt::format("the process that starts attempts is stopped: `kill -CONT {}` lets "
                      "it go on",
                      suspended->process));
  std::shared_ptr<const Launch> launch;
  {
    const std::lock_guard lock(mutex_);
    const auto id = by_name_.find(event.name);
    if (id == by_name_.end()) return;
    launch = attempts_.at(id->second).launch;
  }
  if (const auto* started = std::get_if<ProcessStarted>(&event.what))
    return tell(launch->attempt, started->at, std::nullopt);
  if (const auto* suspended = std::get_if<ProcessSuspended>(&event.what))
    return notice(
        fmt::format("{}: the process that supervises it is stopped, so its end and its "
                    "time limit go unnoticed: `kill -CONT {}` lets it go on",
                    launch->task_path, suspended->process));
  if (const auto* not_started = std::get_if<ProcessNotStarted>(&event.what))
    return tell_not_started(launch->attempt, not_started->error);
  const auto& record = std::get<ProcessEnded>(event.what).record;
  if (launch->inputs.empty() && (launch->outputs.empty() || !ended_well(record)))
    return collect(launch, record);
  workers_.post([this, launch, record] { collect(launch, record); });
}

void HostExecutor::collect(const std::shared_ptr<const Launch>& launch, const ExitRecord& record) {
  auto outcome = outcome_of(*launch, record);
  const bool is_untaken = !outcome && outcome.error().code == Errc::exhausted;
  {
    const std::lock_guard lock(mutex_);
    const bool is_news = is_untaken && !trouble_;
    trouble_.reset();
    if (is_untaken) {
      trouble_ = outcome.error();
      untaken_.emplace_back(launch, record);
    }
    // Once: else trying again would wake who tries again.
    if (is_untaken && !is_news) return;
  }
  if (is_untaken) return parts_.wake();
  if (!outcome)
    outcome = std::variant<AttemptSucceeded, AttemptFailed>(
        AttemptFailed{.cause = Cause::internal,
                      .message = message_of(outcome.error()),
                      .exit_code = record.exit_code,
                      .signal = record.signal});
  AttemptEnded ended{.at = record.ended_at,
                     .outcome = *std::move(outcome),
                     .usage = {.peak_memory_bytes = record.peak_memory_bytes,
                               .cpu_user = record.cpu_user,
                               .cpu_system = record.cpu_system},
                     .log_bytes = record.log_bytes};
  tell(launch->attempt, record.started_at, std::move(ended));
}

Result<std::variant<AttemptSucceeded, AttemptFailed>> HostExecutor::outcome_of(
    const Launch& launch, const ExitRecord& record) {
  using Outcome = std::variant<AttemptSucceeded, AttemptFailed>;
  auto modified = TRY(find_modified_inputs(launch, parts_.blobs));
  if (modified) {
    modified->exit_code = record.exit_code;
    modified->signal = record.signal;
    return Outcome(*std::move(modified));
  }
  if (!ended_well(record)) return Outcome(failure_of(record));
  auto outputs = TRY(take_outputs(launch, folder_of(launch), parts_.blobs));
  if (auto* failure = std::get_if<AttemptFailed>(&outputs)) failure->exit_code = record.exit_code;
  return outputs;
}

std::optional<Error> HostExecutor::trouble() {
  const std::lock_guard lock(mutex_);
  if (is_cut_off_)
    return error(Errc::conflict,
                 "the processes that start attempts (keeper and nursery) were killed; what runs "
                 "goes on");
  return trouble_;
}

std::vector<std::string> HostExecutor::take_notices() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notices_, {});
}

void HostExecutor::notice(std::string line) {
  {
    const std::lock_guard lock(mutex_);
    notices_.push_back(std::move(line));
  }
  parts_.wake();
}

/// That nothing can be started any more is no fault of the attempt: the next engine starts it.
void HostExecutor::tell_not_started(const AttemptId& id, const Error& why) {
  if (!parts_.keeper.is_cut_off()) return tell_failure(id, Cause::internal, message_of(why));
  {
    const std::lock_guard lock(mutex_);
    is_cut_off_ = true;
  }
  parts_.wake();
}

void HostExecutor::tell(const AttemptId& id, std::optional<Time> started_at,
                        std::optional<AttemptEnded> ended) {
  {
    const std::lock_guard lock(mutex_);
    Attempt& attempt = attempts_.at(id);
    if (started_at && !attempt.is_start_told) {
      attempt.is_start_told = true;
      events_.push_back({id, AttemptStarted{*started_at}});
    }
    if (ended) {
      attempt.is_ended = true;
      events_.push_back({id, *std::move(ended)});
    }
  }
  parts_.wake();
}

void HostExecutor::tell_failure(const AttemptId& id, Cause cause, std::string message) {
  AttemptFailed failure{
      .cause = cause, .message = std::move(message), .exit_code = {}, .signal = {}};
  tell(id, std::nullopt,
       AttemptEnded{
           .at = parts_.clock.now(), .outcome = std::move(failure), .usage = {}, .log_bytes = 0});
}

}  // namespace gt
